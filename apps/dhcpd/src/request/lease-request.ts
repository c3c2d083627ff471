// From a packet to what the decision needs to know of it.
import type { Inventory } from "@leasehold/inventory";
import {
  type ClientTrace,
  type LeaseRequest,
  type LeaseView,
  type RelayTrace,
  reservationOf,
  type World,
} from "@leasehold/leases";
import { type ClientFacts, type Network, reservationOnLink, type Subnet } from "@leasehold/network";
import {
  type ClientId,
  clientIdFromBytes,
  clientIdOfHardware,
  ETHERNET,
  formatIpv4,
  type Ipv4,
  MessageType,
  macFromBytes,
  OptionCode,
  optionCodec,
  type Packet,
  parseIpv4,
  statedAddress,
} from "@leasehold/protocol";
import type { Arrival, Clocks, Ingress } from "../ports.ts";
import { isSelectedByOverride } from "../relay/relay-information.ts";
import { type BootpRefusal, bootpAnswer } from "./bootp.ts";
import { ciaddrOf, identityOf, readAsRenewal } from "./client.ts";
import { isNoRelay, linkOf } from "./link.ts";
import { asksForIpv6Only, asksForRapidCommit, nonceAsked } from "./wishes.ts";

const IP_ADDRESS_LEASE_TIME = optionCodec("ipAddressLeaseTime");
const REQUESTED_IP_ADDRESS = optionCodec("requestedIpAddress");
const SERVER_IDENTIFIER = optionCodec("serverIdentifier");
const HOST_NAME = optionCodec("hostName");

/** By what a node reads packets. */
export interface Reader {
  readonly world: World;
  readonly clocks: Pick<Clocks, "now">;
  readonly nextIntent: () => string;
  /** Absent: it gives no nonces (RFC 6704). */
  readonly randomOctets?: ((size: number) => Uint8Array) | undefined;
}

/** Why a packet is nothing to be decided. */
export type NoRequest = "giaddr-not-a-host" | "no-subnet-for-link" | "no-client-identity" | BootpRefusal;

/** How the packet came in, as far as it decides what it means. */
export function ingressOf({ link, isBroadcast }: Pick<Arrival, "link" | "isBroadcast">): Ingress {
  const { interfaceName, addresses } = link;
  return { interfaceName, addresses, isBroadcast };
}

/** What a packet asks for, by what the node knows now; a reason where it is not to be answered. */
export function requestOf(reader: Reader, packet: Packet, ingress: Ingress): LeaseRequest | NoRequest {
  const { world, nextIntent, clocks } = reader;
  const { network, inventory, view } = world;
  const { messageType } = packet;
  if (isNoRelay(packet.giaddr, network)) return "giaddr-not-a-host";
  const link = linkOf(packet, ingress, network);
  if (link === undefined) return "no-subnet-for-link";
  if (messageType === undefined && link[0]!.bootp === "off") return "bootp-not-served";
  const client = identityOf(packet, link[0]!);
  if (client === undefined) return "no-client-identity";
  const asked = leaseRequestOf(packet, messageType ?? MessageType.DISCOVER, {
    network,
    inventory,
    link,
    client,
    intent: nextIntent(),
    givesNonces: reader.randomOctets !== undefined,
    view,
    isBroadcast: ingress.isBroadcast,
  });
  if (messageType === undefined) return asBootp(world, packet, asked);
  // RFC 5107 §4: the relay agent's own identifier stands for whichever server it relays to.
  if (isSelectedByOverride(packet)) return { ...asked, serverIdentifier: ingress.addresses[0] };
  return asRapid(packet, readAsRenewal(world, packet, asked, clocks.now()));
}

/** A BOOTP client is given an address in one step, by the policy of its subnet (RFC 1534). */
function asBootp(world: World, packet: Packet, asked: LeaseRequest): LeaseRequest | NoRequest {
  const answer = bootpAnswer(packet, {
    policy: asked.link[0]!.bootp,
    isShortTaken: world.network.quirks.has("bootp-shorter-than-300"),
    isReserved: reservationOf(world, asked) !== undefined,
    serverNames: [world.node],
  });
  return answer.refused ?? { ...asked, commitAtOnce: { seconds: answer.seconds } };
}

function asRapid(packet: Packet, asked: LeaseRequest): LeaseRequest {
  const isWanted = asked.link[0]!.rapidCommit && asksForRapidCommit(packet);
  return isWanted ? { ...asked, commitAtOnce: { seconds: undefined } } : asked;
}

/** What the request is made of besides the packet. */
export interface Knowledge {
  readonly network: Network;
  readonly inventory: Inventory;
  readonly link: readonly Subnet[];
  readonly client: ClientId;
  readonly intent: string;
  /** Whether this node gives nonces (RFC 6704). Absent: no. */
  readonly givesNonces?: boolean;
  /** Whether the packet was sent to all; undefined where that is not known. */
  readonly isBroadcast?: boolean | undefined;
  /** Where the relay agent is looked up by which a client came that renews now without it. */
  readonly view?: Pick<LeaseView, "get">;
}

export function leaseRequestOf(packet: Packet, type: number, knowledge: Knowledge): LeaseRequest {
  const { network, inventory, link, client, intent, view, isBroadcast, givesNonces = false } = knowledge;
  const ciaddr = ciaddrOf(packet, isBroadcast);
  const mac = macFromBytes(packet.chaddr);
  const host = inventory.byMac(mac) ?? inventory.byClientId(client);
  const earlier = view && earlierRelayOf(packet.giaddr, ciaddr, client, view);
  const facts = { packet, mac, host, subnet: link[0], agent: earlier?.agent, giaddr: earlier?.giaddr };
  return {
    type,
    client,
    mac,
    link,
    classes: network.classesOf(facts),
    reserved: reservationOnLink(link, facts),
    requestedSeconds: packet.read(IP_ADDRESS_LEASE_TIME) || undefined,
    ciaddr,
    misplacedCiaddr: ciaddr === packet.ciaddr ? undefined : packet.ciaddr,
    requestedAddress: statedAddress(packet, REQUESTED_IP_ADDRESS),
    serverIdentifier: statedAddress(packet, SERVER_IDENTIFIER),
    isIpv6OnlyCapable: packet.messageType === MessageType.DISCOVER && asksForIpv6Only(packet),
    nonce: givesNonces ? nonceAsked(packet) : undefined,
    hostname: hostnameOf(packet),
    xid: packet.xid,
    relay: relayTraceOf(packet),
    relayAddress: packet.giaddr === 0 ? undefined : packet.giaddr,
    trace: network.leasequeryPeers.size === 0 ? undefined : clientTraceOf(packet, client),
    firmware: isFirmware(packet),
    intent,
  };
}

/** Option 12, if it could be a name: clients send anything. */
function hostnameOf(packet: Packet): string | undefined {
  const name = packet.read(HOST_NAME);
  return name !== undefined && /^[\w][\w.-]{0,252}$/.test(name) ? name : undefined;
}

/**
 * RFC 2131 §4.3.2: who renews does so by unicast, past its relay agent. It is still where its lease says, so that what is
 * reserved for a port stays its own (RFC 6925 §5).
 */
function earlierRelayOf(
  sentBy: Ipv4,
  ciaddr: Ipv4,
  client: ClientId,
  view: Pick<LeaseView, "get">,
): Pick<ClientFacts, "agent" | "giaddr"> | undefined {
  if (sentBy !== 0 || ciaddr === 0) return undefined;
  const lease = view.get(ciaddr);
  if (lease?.client !== client || lease.state !== "bound" || lease.relay === undefined) return undefined;
  const { agent, giaddr } = lease.relay;
  return { giaddr: parseIpv4(giaddr), agent: agent === undefined ? undefined : Buffer.from(agent, "hex") };
}

function relayTraceOf(packet: Packet): RelayTrace | undefined {
  if (packet.giaddr === 0) return undefined;
  return {
    giaddr: formatIpv4(packet.giaddr),
    agent: packet.hex(OptionCode.relayAgentInformation) || undefined,
  };
}

function clientTraceOf(packet: Packet, client: ClientId): ClientTrace {
  const identifier = packet.raw(OptionCode.clientIdentifier);
  const stated = identifier?.length ? clientIdFromBytes(identifier) : undefined;
  // An identity that is no hardware address can only be what the client stated.
  const isPlain = stated === client && client !== clientIdOfHardware(packet.htype, packet.chaddr);
  const vendorClass = packet.hex(OptionCode.vendorClassIdentifier) || undefined;
  return {
    ...(stated === undefined || isPlain ? {} : { clientIdentifier: stated }),
    ...(vendorClass === undefined ? {} : { vendorClass }),
    ...(packet.htype === ETHERNET ? {} : { htype: packet.htype }),
  };
}

function isFirmware(packet: Packet): boolean {
  const vendorClass = packet.raw(OptionCode.vendorClassIdentifier);
  if (vendorClass !== undefined && /^(PXE|HTTP)Client/.test(latin1(vendorClass))) return true;
  const userClass = packet.raw(OptionCode.userClass);
  return userClass !== undefined && latin1(userClass).includes("iPXE");
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}
