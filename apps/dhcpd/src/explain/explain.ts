// What a packet would be answered and why, for `leasehold explain`: the request and the decision are made by the very code
// that serves packets; here they are put into words. Nothing is written, offered or counted.
import { BOOT_OPTIONS } from "@leasehold/boot";
import { Members } from "@leasehold/cluster";
import { type Decision, type Instant, type LeaseRequest, reservationOf } from "@leasehold/leases";
import {
  type ExplainedField,
  type ExplainedOption,
  type ExplainedSettings,
  explainSettings,
  isNamed,
  type Pool,
} from "@leasehold/network";
import {
  decode,
  formatIpv4,
  type Ipv4,
  ipv4,
  OptionCode,
  optionByCode,
  type Packet,
} from "@leasehold/protocol";
import { leaseViewOf } from "../api/rows.ts";
import type { DryRun } from "../exchange/exchange.ts";
import type { Ingress } from "../ports.ts";
import { linkAddressOf } from "../relay/relay-information.ts";
import type { Answer } from "../reply/asked.ts";
import type { ReplyContent } from "../reply/feature.ts";
import { encodeReply } from "../reply/reply.ts";
import { hostnameOf } from "../request/client.ts";
import { ownAddressFor } from "../request/link.ts";
import { nameOf } from "../telemetry/recent-outcomes.ts";
import type { NodeWorld } from "../views/node-world.ts";
import { bootView } from "./boot-view.ts";
import { type ReplyCodes, shownOption } from "./shown-option.ts";

export interface Question {
  readonly packet: Packet;
  readonly ingress: Ingress;
  /** What had to be supposed of the packet's way, in words; undefined: nothing. */
  readonly assumed: string | undefined;
}

export function explain(world: NodeWorld, question: Question, dryRun: DryRun, now: Instant) {
  const { packet, ingress, assumed } = question;
  const common = {
    node: world.node,
    networkRevision: world.network.revision,
    packet: packetView(packet),
    assumed: assumed ?? null,
  };
  if (typeof dryRun === "string") {
    return { ...common, ...NOTHING, decision: { ...NO_DECISION, kind: "drop", reason: dryRun } };
  }
  const { request, decision, content } = dryRun;
  return {
    ...common,
    link: {
      via: packet.giaddr === 0 ? ingress.interfaceName : `relay ${formatIpv4(packet.giaddr)}`,
      selectedBy: formatIpv4(linkAddressOf(packet)),
      subnets: request.link.map(({ id }) => id),
      sharedNetwork: request.link[0]!.sharedNetwork ?? null,
    },
    client: clientView(world, request, now),
    pools: request.link.flatMap(({ pools }) => pools).map((pool) => poolView(world, request, pool)),
    decision: decisionView(decision),
    ...settingsView(world, question, request, decision, content),
  };
}

export type Explanation = ReturnType<typeof explain>;

const NO_DECISION = { reply: null, reason: null, address: null, seconds: null, writes: null };
const NO_SETTINGS = { subnet: null, pool: null, options: [], lease: [], server: [], boot: null };
const NOTHING = { link: null, client: null, pools: [], ...NO_SETTINGS };

function packetView(packet: Packet) {
  const wanted = packet.raw(OptionCode.parameterRequestList);
  return {
    type: nameOf(packet.messageType),
    mac: Buffer.from(packet.chaddr)
      .toString("hex")
      .replace(/(..)(?=.)/g, "$1:"),
    xid: packet.xid.toString(16).padStart(8, "0"),
    relay: addressText(packet.giaddr),
    ciaddr: addressText(packet.ciaddr),
    requestedAddress: addressText(packet.get("requestedIpAddress")),
    vendorClass: textOf(packet.raw(OptionCode.vendorClassIdentifier)),
    userClass: textOf(packet.raw(OptionCode.userClass)),
    hostname: textOf(packet.raw(OptionCode.hostName)),
    asksFor: wanted === undefined ? null : Array.from(wanted, (code) => optionByCode(code)?.name ?? code),
  };
}

function clientView(world: NodeWorld, request: LeaseRequest, now: Instant) {
  const { inventory, view } = world;
  const members = world.membersOn(request.link[0]!);
  const host = inventory.byMac(request.mac) ?? inventory.byClientId(request.client);
  const fixed = reservationOf(world, request);
  const { reserved } = request;
  const isOfDocument = reserved?.reservation.address !== undefined;
  return {
    identity: request.client,
    host: host && { id: host.id, source: host.source, type: host.type, role: host.role, groups: host.groups },
    known: isNamed(host, reserved?.reservation),
    classes: request.classes.map(({ id }) => id),
    /** Of the network document; it may reserve settings only. */
    reservation: reserved?.reservation.id ?? null,
    reservedAddress: fixed && {
      address: formatIpv4(fixed.address),
      subnet: fixed.subnet.id,
      by: isOfDocument ? "network document" : "inventory",
    },
    leases: view.ofClient(request.client).map((lease) => leaseViewOf(lease, now)),
    /** In the order in which they answer a broadcast of this client. */
    nodes: members.names.toSorted((a, b) => rank(members, a, request) - rank(members, b, request)),
  };
}

function rank(members: Members, name: string, { client }: LeaseRequest): number {
  return new Members(name, members.names).rankFor(client);
}

function poolView(world: NodeWorld, { classes, reserved, mac, client }: LeaseRequest, pool: Pool) {
  const { inventory } = world;
  const isKnown = isNamed(inventory.byMac(mac) ?? inventory.byClientId(client), reserved?.reservation);
  return { id: pool.id, for: pool.for, serves: pool.serves(isKnown, classes) };
}

function decisionView(decision: Decision) {
  const { kind } = decision;
  switch (kind) {
    case "grant": {
      const { reply, address, seconds, append } = decision;
      const told = { reply, address: formatIpv4(address), seconds };
      return { ...NO_DECISION, kind, ...told, writes: append?.event.type ?? null };
    }
    case "inform":
      return { ...NO_DECISION, kind, reply: "ACK" };
    case "offer-no-address":
      return { ...NO_DECISION, kind, reply: "OFFER" };
    case "refuse": {
      const { reason, address } = decision;
      return { ...NO_DECISION, kind, reply: "NAK", reason, address: addressText(address) };
    }
    case "silent":
      return { ...NO_DECISION, kind, reason: decision.reason, writes: decision.append?.event.type ?? null };
    default:
      return kind satisfies never;
  }
}

function settingsView(
  world: NodeWorld,
  question: Question,
  request: LeaseRequest,
  decision: Decision,
  content: ReplyContent | undefined,
) {
  if (decision.kind === "refuse" || decision.kind === "silent" || content === undefined) return NO_SETTINGS;
  const { subnet } = decision;
  const pool = poolOf(world, request, decision);
  const reservation = request.reserved?.subnet === subnet ? request.reserved.reservation : undefined;
  const settings = explainSettings(subnet, pool, request.classes, reservation);
  const reply = replyFor(world, question, decision, content);
  const { packet, ingress } = question;
  const asked = { packet, request, network: world.network, arrival: { link: ingress } };
  return {
    subnet: subnet.id,
    pool: pool?.id ?? null,
    options: withHostName(settings, request, decision).map((option) => shownOption(option, packet, reply)),
    lease: settings.lease as readonly ExplainedField[],
    // A boot answer has these fields itself.
    server: content.boot === undefined ? (settings.server as readonly ExplainedField[]) : [],
    boot: bootView(asked, decision, settings.boot),
  };
}

function poolOf(world: NodeWorld, request: LeaseRequest, decision: Answer): Pool | undefined {
  switch (decision.kind) {
    case "grant": {
      const { address, subnet } = decision;
      return reservationOf(world, request)?.address === address ? undefined : subnet.poolOf(address);
    }
    case "inform":
      return decision.subnet.poolOf(request.ciaddr);
    case "offer-no-address":
      return decision.pool;
    default:
      return decision satisfies never;
  }
}

/** A host's own name counts more than an option that is set for many. */
function withHostName(
  { options, sending }: ExplainedSettings,
  request: LeaseRequest,
  decision: Answer,
): readonly ExplainedOption[] {
  const name = hostnameOf(request, decision);
  if (!name) return options;
  const isOfDocument = request.reserved?.reservation.hostname === name;
  const from = isOfDocument ? `reservation ${request.reserved!.reservation.id}` : `host ${decision.host?.id}`;
  const others = options.filter(({ code }) => code !== OptionCode.hostName);
  const said = sending.get(OptionCode.hostName);
  const own = {
    ...{ name: "hostName", code: OptionCode.hostName, value: name, from },
    ...{ sending: said?.value ?? ("asked" as const), sendingFrom: said?.from ?? null },
  };
  return [...others, own].sort((a, b) => a.code - b.code);
}

function replyFor(
  world: NodeWorld,
  { packet, ingress }: Question,
  decision: Answer,
  content: ReplyContent,
): ReplyCodes {
  const serverIdentifier =
    world.network.serverIdentifier?.address ?? ownAddressFor(ingress, decision.subnet) ?? ipv4(0);
  const omitted = new Set<number>();
  const onOmitted = (code: number) => omitted.add(code);
  const decoded = decode(encodeReply(packet, content, serverIdentifier, { onOmitted }));
  return {
    sent: new Set(decoded.ok ? decoded.packet.codes() : []),
    omitted,
    byBoot: content.boot && new Set([...BOOT_OPTIONS, ...content.boot.options.map(([code]) => code)]),
  };
}

function addressText(address: Ipv4 | undefined): string | null {
  return address === undefined || address === 0 ? null : formatIpv4(address);
}

/** As text where it is text, else in hex. */
function textOf(octets: Uint8Array | undefined): string | null {
  if (octets === undefined) return null;
  const text = Buffer.from(octets).toString("latin1");
  return /^[\x20-\x7e]*$/.test(text) ? text : `0x${Buffer.from(octets).toString("hex")}`;
}
