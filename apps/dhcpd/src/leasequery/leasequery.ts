// LEASEQUERY: a relay agent asks who has an address, or which addresses a client has (RFC 4388; by remote-id: RFC 6148).
// giaddr is where the answer goes, and who may ask; it limits nothing else (RFC 4388 §6.3: "MUST NOT be used to restrict").
import { type Instant, isBound, type Lease } from "@leasehold/leases";
import {
  clientIdFromBytes,
  type EncodedOption,
  encodeOption,
  type Ipv4,
  ipv4,
  type Message,
  MessageType,
  OptionCode,
  type Packet,
} from "@leasehold/protocol";
import { relayInformationOf } from "../relay/relay-information.ts";
import { isInVpn, readVpn, type VpnChoice } from "../relay/virtual-subnet.ts";
import { isConfigured } from "./configured-addresses.ts";
import { type LeasequeryWorld, leasequeryOptions, vpnOption, vssOf } from "./reply-options.ts";
import { hardwareOf } from "./traced-lease.ts";

/** Why a leasequery is not answered; a metric's label. */
export type LeasequeryDrop =
  /** RFC 4388 §6.4.3: "MUST NOT reply". */
  | "leasequery-without-giaddr"
  | "leasequery-not-authorised"
  /** Not exactly one of address, hardware address, client identifier (RFC 4388 §6.3) and remote-id. */
  | "leasequery-malformed";

/** `reply` goes to giaddr, port 67, or the source port by RFC 8357; its option 92 may need more than 548 octets. */
export type LeasequeryAnswer = { readonly reply: Message } | { readonly dropped: LeasequeryDrop };

type Query =
  | { readonly by: "address"; readonly address: Ipv4 }
  | { readonly by: "hardware"; readonly htype: number; readonly chaddr: Uint8Array }
  | { readonly by: "clientIdentifier"; readonly identifier: Uint8Array }
  | { readonly by: "remoteId"; readonly remoteId: string };

/** Without option 55: what an ACK has (RFC 4388 §6.2, RFC 2131 §4.3.1), and all that may be told of the configuration. */
const DEFAULT_OPTIONS = [
  OptionCode.ipAddressLeaseTime,
  OptionCode.renewalTime,
  OptionCode.rebindingTime,
  OptionCode.hostName,
  OptionCode.clientIdentifier,
  OptionCode.relayAgentInformation,
  OptionCode.clientLastTransactionTime,
  OptionCode.subnetMask,
  OptionCode.routers,
  OptionCode.domainNameServers,
  OptionCode.domainName,
  OptionCode.interfaceMtu,
  OptionCode.broadcastAddress,
  OptionCode.staticRoutes,
  OptionCode.ntpServers,
  OptionCode.domainSearch,
  OptionCode.classlessStaticRoutes,
];

export interface Question {
  readonly world: LeasequeryWorld;
  readonly packet: Packet;
  readonly serverIdentifier: Ipv4;
  /** Who may ask, by giaddr. */
  readonly peers: ReadonlySet<Ipv4>;
  readonly now: Instant;
}

export function answerLeasequery(question: Question): LeasequeryAnswer {
  const { world, packet, peers, now } = question;
  if (packet.giaddr === 0) return { dropped: "leasequery-without-giaddr" };
  if (!peers.has(packet.giaddr)) return { dropped: "leasequery-not-authorised" };
  const query = queryIn(packet);
  if (query === undefined) return { dropped: "leasequery-malformed" };
  const vpn = vpnAskedFor(packet);
  const leases = leasesFor(world, query)
    .filter((lease) => isBound(lease, now) && isInVpn(vssOf(world, lease.address, lease), vpn))
    // RFC 4388 §6.4.1: "the IP address returned to the client in the most recent transaction".
    .sort((a, b) => b.at - a.at);
  if (leases.length > 0) return { reply: active(question, query, leases) };
  if (query.by === "address" && isManaged(world, query.address, vpn)) {
    return { reply: replyTo(packet, MessageType.LEASEUNASSIGNED, []) };
  }
  return { reply: replyTo(packet, MessageType.LEASEUNKNOWN, unknownOptions(packet, query)) };
}

function queryIn(packet: Packet): Query | undefined {
  const queries: Query[] = [];
  if (packet.ciaddr !== 0) queries.push({ by: "address", address: packet.ciaddr });
  const { htype, chaddr } = packet;
  if (chaddr.some((octet) => octet !== 0)) queries.push({ by: "hardware", htype, chaddr });
  const identifier = packet.raw(OptionCode.clientIdentifier);
  if (identifier !== undefined) queries.push({ by: "clientIdentifier", identifier });
  if (queries.length > 0) return queries.length === 1 ? queries[0] : undefined;
  // RFC 6148 §5: beside one of the others a remote-id is no query.
  const { remoteId } = relayInformationOf(packet);
  return remoteId && { by: "remoteId", remoteId: Buffer.from(remoteId).toString("hex") };
}

/** RFC 6607 §5.2, §6: option 221 selects the address space; without it, it is the global VPN. */
function vpnAskedFor(packet: Packet): VpnChoice {
  const octets = packet.raw(OptionCode.virtualSubnetSelection);
  const choice: VpnChoice = octets === undefined ? { kind: "global" } : readVpn(octets);
  return choice.kind === "all" ? { kind: "unknown" } : choice;
}

function leasesFor({ view, index }: LeasequeryWorld, query: Query): Lease[] {
  switch (query.by) {
    case "address": {
      const lease = view.get(query.address);
      return lease === undefined ? [] : [lease];
    }
    case "hardware":
      return index.ofHardware(query.htype, query.chaddr);
    case "clientIdentifier":
      return index.ofClientIdentifier(clientIdFromBytes(query.identifier));
    case "remoteId":
      return index.ofRemoteId(query.remoteId);
    default:
      return query satisfies never;
  }
}

function isManaged(world: LeasequeryWorld, address: Ipv4, vpn: VpnChoice): boolean {
  const lease = world.view.get(address);
  return isInVpn(vssOf(world, address, lease), vpn) && (lease !== undefined || isConfigured(world, address));
}

/** LEASEACTIVE about the first of `leases`: all that the query is about, the newest one first. */
function active(question: Question, query: Query, leases: readonly Lease[]): Message {
  const { world, packet, now } = question;
  const lease = leases[0]!;
  const wanted = packet.raw(OptionCode.parameterRequestList);
  const options: EncodedOption[] = [
    [OptionCode.serverIdentifier, encodeOption("serverIdentifier", question.serverIdentifier)],
    ...leasequeryOptions({ world, address: lease.address, lease, now }, wanted ?? DEFAULT_OPTIONS),
    // RFC 6607 §7.1: "MUST return an instance of this option" when it was used.
    ...vpnOption(vssOf(world, lease.address, lease)),
  ];
  // A client that is known by its hardware address may have sent the same as its identifier: then this tells that it did.
  if (query.by === "clientIdentifier" && wanted?.includes(OptionCode.clientIdentifier)) {
    setOption(options, OptionCode.clientIdentifier, query.identifier);
  }
  const associated = query.by === "address" ? leasesOfSameClient(question, lease) : leases;
  // RFC 4388 §6.4.2: more than one "MUST be returned … whether or not that option was requested".
  const isUnasked = query.by !== "address" && leases.length > 1;
  if (isUnasked || wanted?.includes(OptionCode.associatedIpAddresses)) options.push(associatedIp(associated));
  const { htype, chaddr } = hardwareOf(lease);
  const reply = replyTo(packet, MessageType.LEASEACTIVE, options);
  return { ...reply, htype, hlen: chaddr.length, chaddr, ciaddr: lease.address };
}

function leasesOfSameClient({ world, now }: Question, lease: Lease): readonly Lease[] {
  const leases = world.view.ofClient(lease.client).filter((one) => isBound(one, now));
  return leases.sort((a, b) => b.at - a.at);
}

function associatedIp(leases: readonly Lease[]): EncodedOption {
  const addresses = leases.map(({ address }) => address);
  return [OptionCode.associatedIpAddresses, encodeOption("associatedIpAddresses", addresses)];
}

function setOption(options: EncodedOption[], code: number, value: Uint8Array): void {
  const at = options.findIndex(([one]) => one === code);
  if (at >= 0) options[at] = [code, value];
  else options.push([code, value]);
}

/** RFC 4388 §6.4: LEASEUNKNOWN "MUST NOT include other DHCP options"; by remote-id it "MUST echo the option 82" (RFC 6148 §4.3). */
function unknownOptions(packet: Packet, query: Query): EncodedOption[] {
  const agent = query.by === "remoteId" ? packet.raw(OptionCode.relayAgentInformation) : undefined;
  return agent === undefined ? [] : [[OptionCode.relayAgentInformation, agent]];
}

/** What was asked about stands in an answer that knows nothing, too, so that it can be told which question it answers. */
function replyTo(packet: Packet, type: MessageType, options: readonly EncodedOption[]): Message {
  const { htype, hlen, xid, flags, ciaddr, giaddr, chaddr } = packet;
  const none = ipv4(0);
  return {
    ...{ op: 2, htype, hlen, hops: 0, xid, secs: 0, flags },
    ...{ ciaddr, yiaddr: none, siaddr: none, giaddr, chaddr },
    options: [[OptionCode.messageType, Uint8Array.of(type)], ...options],
  };
}
