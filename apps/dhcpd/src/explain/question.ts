// What `leasehold explain` asks about: a packet as it was captured, or one that a client with this hardware address would
// send; and by which way it would come in.
import { section } from "@leasehold/document";
import {
  type ClientId,
  clientIdOfHardware,
  decode,
  type EncodedOption,
  encode,
  encodeOption,
  encodeRelayAgent,
  formatIpv4,
  type Ipv4,
  ipv4,
  MessageType,
  macBytes,
  OptionCode,
  type OptionInput,
  type OptionName,
  optionByName,
  type Packet,
  parseIpv4,
  parseMac,
  parseUuid,
  RelaySubOption,
} from "@leasehold/protocol";
import * as z from "zod";
import type { Ingress } from "../ports.ts";
import type { NodeWorld } from "../views/node-world.ts";
import type { Question } from "./explain.ts";

const address = z.string().refine((text) => parseIpv4(text) !== undefined, "an IPv4 address");
const hex = z.string().regex(/^(0x)?([0-9a-f]{2})+$/i, "octets in hex");
const text = z.string().min(1);

/** The body of POST /api/v1/explain. */
export const explainSchema = section({
  packet: hex.optional(),
  mac: z
    .string()
    .refine((one) => parseMac(one) !== undefined, "a hardware address")
    .optional(),
  /** Whatever names a client that has a hardware address. */
  client: text.optional(),
  interface: text.optional(),
  broadcast: z.boolean().optional(),
  relay: address.optional(),
  type: z.enum(["DISCOVER", "REQUEST", "INFORM"]).optional(),
  address: address.optional(),
  clientId: hex.optional(),
  vendorClass: text.optional(),
  userClass: text.optional(),
  hostname: text.optional(),
  arch: z.int().min(0).max(65535).optional(),
  uuid: z
    .string()
    .refine((one) => parseUuid(one) !== undefined, "a UUID")
    .optional(),
  circuitId: text.optional(),
  remoteId: text.optional(),
}).refine(
  ({ packet, mac, client }) => [packet, mac, client].filter((one) => one !== undefined).length === 1,
  "one of packet, mac and client",
);

export type ExplainBody = z.infer<typeof explainSchema>;

/** The question of a body; or in words what is wrong with it. */
export function questionOf(
  body: ExplainBody,
  world: NodeWorld,
  ingresses: readonly Ingress[],
): Question | string {
  if (ingresses.length === 0) return "This node has opened no link yet.";
  const named = ingresses.filter(({ interfaceName }) => interfaceName === body.interface);
  const usable = body.interface === undefined ? ingresses : named;
  if (usable.length === 0) {
    const names = ingresses.map(({ interfaceName }) => interfaceName).join(", ");
    return `This node does not serve interface ${body.interface}; it serves ${names}.`;
  }
  if (body.packet !== undefined) return captured(body.packet, usable, body);
  const way = wayOf(body, world, usable);
  return { ...way, packet: packetOf(body, way.giaddr) };
}

function captured(octets: string, ingresses: readonly Ingress[], body: ExplainBody): Question | string {
  const decoded = decode(Buffer.from(octets.replace(/^0x/i, ""), "hex"));
  if (!decoded.ok) return `This is not a DHCP message: ${decoded.failure}.`;
  const ingress = asHeard(ingresses[0]!, body.broadcast);
  const isCertain = body.interface !== undefined || decoded.packet.giaddr !== 0 || ingresses.length === 1;
  const assumed = isCertain ? undefined : `that it came in by ${ingress.interfaceName}`;
  return { packet: decoded.packet, ingress, assumed };
}

function asHeard({ interfaceName, addresses }: Ingress, isBroadcast: boolean | undefined): Ingress {
  return { interfaceName, addresses, isBroadcast };
}

interface Way {
  readonly ingress: Ingress;
  readonly giaddr: Ipv4;
  readonly assumed: string | undefined;
}

/** As it is said; else where the client is known to be; else the first link. */
function wayOf(body: ExplainBody, world: NodeWorld, ingresses: readonly Ingress[]): Way {
  const ingress = ingresses[0]!;
  if (body.relay !== undefined) return { ingress, giaddr: parseIpv4(body.relay)!, assumed: undefined };
  if (body.interface !== undefined) return { ingress, giaddr: ipv4(0), assumed: undefined };
  const place = knownPlace(body, world);
  if (place === undefined)
    return { ingress, giaddr: ipv4(0), assumed: `that it is on ${ingress.interfaceName}` };
  const { address: known, because } = place;
  const subnet = world.network.subnetContaining(known)!;
  const direct = ingresses.find(({ interfaceName, addresses }) =>
    world.network.subnetOnLink(interfaceName, addresses)?.link.includes(subnet),
  );
  const words = `that it is in subnet ${subnet.id}, where ${because}`;
  if (direct !== undefined) return { ingress: direct, giaddr: ipv4(0), assumed: words };
  const giaddr = subnet.relays[0] ?? ipv4(subnet.prefix.address + 1);
  return { ingress, giaddr, assumed: `${words}, behind the relay ${formatIpv4(giaddr)}` };
}

function knownPlace({ mac, clientId }: ExplainBody, world: NodeWorld) {
  const hardware = parseMac(mac!)!;
  const identities = [clientIdOfHardware(1, macBytes(hardware)), clientId?.replace(/^0x/i, "").toLowerCase()];
  const leases = identities.flatMap((one) => (one === undefined ? [] : world.view.ofClient(one as ClientId)));
  const newest = leases.toSorted((a, b) => b.revision - a.revision);
  const claims =
    world.inventory.byMac(hardware)?.interfaces.find((one) => one.mac === hardware)?.addresses ?? [];
  const places = [
    ...newest.map((lease) => ({ address: lease.address, because: "it has, or had, a lease" })),
    ...claims.map((claim) => ({ address: claim.address, because: "the inventory has an address for it" })),
    ...documentPlaces(mac!, world),
  ];
  return places.find((place) => world.network.subnetContaining(place.address) !== undefined);
}

function documentPlaces(mac: string, world: NodeWorld) {
  return world.network.document.subnets.flatMap(({ id, reservations = [] }) => {
    const isNamed = reservations.some((one) => one.mac !== undefined && parseMac(one.mac) === parseMac(mac));
    const subnet = world.network.subnet(id);
    if (!isNamed || subnet === undefined) return [];
    return [{ address: subnet.prefix.address, because: "the document has a reservation for it" }];
  });
}

/** As a client would send it that asks for nothing in particular, so that it is told everything. */
function packetOf(body: ExplainBody, giaddr: Ipv4): Packet {
  const nothing = ipv4(0);
  const isInform = body.type === "INFORM";
  const wanted = body.address === undefined ? nothing : parseIpv4(body.address)!;
  const message = {
    ...{ op: 1, htype: 1, hlen: 6, hops: giaddr === 0 ? 0 : 1, xid: 0, secs: 0, flags: 0 },
    ...{ ciaddr: isInform ? wanted : nothing, yiaddr: nothing, siaddr: nothing, giaddr },
    chaddr: macBytes(parseMac(body.mac!)!),
    options: optionsOf(body, isInform ? nothing : wanted),
  };
  const into = new Uint8Array(1472);
  const decoded = decode(into.subarray(0, encode(message, into, { maximumSize: into.length })));
  if (!decoded.ok) throw new Error(`A packet that was made here cannot be read: ${decoded.failure}.`);
  return decoded.packet;
}

function optionsOf(body: ExplainBody, requested: Ipv4): EncodedOption[] {
  const { clientId, vendorClass, userClass, hostname, arch, uuid } = body;
  return [
    [OptionCode.messageType, Uint8Array.of(MessageType[body.type ?? "DISCOVER"])],
    ...optional("requestedIpAddress", requested || undefined),
    ...(clientId === undefined
      ? []
      : [[OptionCode.clientIdentifier, octetsOf(`0x${clientId.replace(/^0x/i, "")}`)] as const]),
    ...(vendorClass === undefined
      ? []
      : [[OptionCode.vendorClassIdentifier, octetsOf(vendorClass)] as const]),
    ...(userClass === undefined ? [] : [[77, octetsOf(userClass)] as const]),
    ...optional("hostName", hostname),
    ...(arch === undefined ? [] : [[93, Uint8Array.of(arch >> 8, arch & 255)] as const]),
    ...(uuid === undefined ? [] : [[97, Uint8Array.of(0, ...parseUuid(uuid)!)] as const]),
    ...relayAgentOf(body),
  ];
}

function optional<Name extends OptionName>(
  name: Name,
  value: OptionInput<Name> | undefined,
): EncodedOption[] {
  return value === undefined ? [] : [[optionByName(name)!.code, encodeOption(name, value)]];
}

function relayAgentOf({ circuitId, remoteId }: ExplainBody): EncodedOption[] {
  const parts = new Map<number, Uint8Array>();
  if (circuitId !== undefined) parts.set(RelaySubOption.circuitId, octetsOf(circuitId));
  if (remoteId !== undefined) parts.set(RelaySubOption.remoteId, octetsOf(remoteId));
  return parts.size === 0 ? [] : [[OptionCode.relayAgentInformation, encodeRelayAgent(parts)]];
}

/** Text, or "0x…" for octets. */
function octetsOf(written: string): Uint8Array {
  const isHex = /^0x([0-9a-f]{2})+$/i.test(written);
  return isHex ? Buffer.from(written.slice(2), "hex") : Buffer.from(written);
}
