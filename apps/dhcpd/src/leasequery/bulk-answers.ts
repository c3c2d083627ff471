// The answers to one BULKLEASEQUERY, one after another (RFC 6926 §8.2, §8.3). A generator, so that whoever sends them can
// let go between any two, and a million leases hold nothing up. No address is told of twice.
import { type Instant, isBound, type Lease } from "@leasehold/leases";
import {
  type EncodedOption,
  encodeOption,
  type Ipv4,
  ipv4,
  type Message,
  MessageType,
  OptionCode,
} from "@leasehold/protocol";
import { isInVpn } from "../relay/virtual-subnet.ts";
import { AddressSet } from "./address-set.ts";
import type { BulkQuery, BulkRefusal, PrimaryQuery } from "./bulk-query.ts";
import { ConfiguredAddresses } from "./configured-addresses.ts";
import { stateSince } from "./dhcp-state.ts";
import {
  type LeasequerySubject,
  type LeasequeryWorld,
  leasequeryOptions,
  vpnOption,
  vssOf,
} from "./reply-options.ts";
import {
  hardwareOf,
  hasClientIdentifier,
  hasHardware,
  NO_HARDWARE,
  relayIdOf,
  remoteIdOf,
} from "./traced-lease.ts";

/** Undefined: nothing to tell yet, though there was work. */
export type Answers = Generator<Message | undefined, void, void>;

/** Looked at without finding anything before the generator lets go. */
const LOOKS_MAX = 16;
/** LeasequerySubject when option 55 names nothing: what RFC 6926 §7.2 has a requestor ask for, and who, where, and in what state. */
const DEFAULT_OPTIONS = [
  OptionCode.baseTime,
  OptionCode.ipAddressLeaseTime,
  OptionCode.startTimeOfState,
  OptionCode.clientLastTransactionTime,
  OptionCode.dhcpState,
  OptionCode.dataSource,
  OptionCode.clientIdentifier,
  OptionCode.relayAgentInformation,
];

export function* answersTo(world: LeasequeryWorld, query: BulkQuery, now: () => Instant): Answers {
  let looks = 0;
  for (const address of addressesFor(world, query.primary, now)) {
    const subject: LeasequerySubject = { world, address, lease: world.view.get(address), now: now() };
    if (isAskedFor(query, subject)) {
      looks = 0;
      yield answer(query, subject);
    } else if (++looks % LOOKS_MAX === 0) {
      yield undefined;
    }
  }
  yield done(query);
}

/** What of a query its answers repeat. */
export type Asked = Pick<BulkQuery, "xid" | "giaddr">;

/** RFC 6926 §8.2: LEASEQUERYDONE ends every query, with a status when it "was other than successful". */
export function done(query: Asked, refusal?: BulkRefusal): Message {
  const status = refusal && encodeOption("statusCode", { code: refusal.status, message: refusal.text });
  return replyTo(query, MessageType.LEASEQUERYDONE, status === undefined ? [] : [[151, status]]);
}

/** Where an address was looked at and is not to be told of, so that the work can be interrupted there. */
const NOTHING = ipv4(0);

/** The addresses that the answer may be among, each once. */
function* addressesFor(world: LeasequeryWorld, query: PrimaryQuery, now: () => Instant): Iterable<Ipv4> {
  switch (query.by) {
    case "hardware":
      return yield* addressesOf(world.index.ofHardware(query.htype, query.chaddr));
    case "clientIdentifier":
      return yield* addressesOf(world.index.ofClientIdentifier(query.identifier));
    case "remoteId":
      return yield* addressesOf(world.index.ofRemoteId(query.remoteId));
    case "relayId":
      return yield* eachOnce(world.view.all());
    case "all":
      return yield* everyAddress(world, now);
    default:
      query satisfies never;
  }
}

/** §8.2: "every configured IP address MUST be returned exactly once"; and what is still bound by an older configuration. */
function* everyAddress(world: LeasequeryWorld, now: () => Instant): Iterable<Ipv4> {
  const configured = new ConfiguredAddresses(world);
  yield* configured.all();
  for (const address of eachOnce(world.view.all())) {
    const isLeftOver = !configured.has(address) && isBound(world.view.get(address), now());
    yield isLeftOver ? address : NOTHING;
  }
}

function* addressesOf(leases: Iterable<Lease>): Iterable<Ipv4> {
  for (const { address } of leases) yield address;
}

/** A view that is looked at while it changes shows an address twice when its record is purged and comes again. */
function* eachOnce(leases: Iterable<Lease>): Iterable<Ipv4> {
  const seen = new AddressSet();
  for (const { address } of leases) yield seen.add(address) ? address : NOTHING;
}

function isAskedFor(query: BulkQuery, { world, address, lease, now }: LeasequerySubject): boolean {
  if (address === NOTHING || !isInVpn(vssOf(world, address, lease), query.vpn)) return false;
  if (query.primary.by !== "all" && !(isBound(lease, now) && isOf(query.primary, lease))) return false;
  if (query.from === 0 && query.until === Number.POSITIVE_INFINITY) return true;
  // §8.2: "if either the client-last-transaction-time or the start-time-of-state … changed during that time window".
  return isWithin(query, stateSince(lease, now)) || (lease !== undefined && isWithin(query, lease.at));
}

function isOf(query: PrimaryQuery, lease: Lease): boolean {
  switch (query.by) {
    case "hardware":
      return hasHardware(lease, query.htype, query.chaddr);
    case "clientIdentifier":
      return hasClientIdentifier(lease, query.identifier);
    case "remoteId":
      return remoteIdOf(lease) === query.remoteId;
    case "relayId":
      return relayIdOf(lease) === query.relayId;
    case "all":
      return true;
    default:
      return query satisfies never;
  }
}

function isWithin({ from, until }: BulkQuery, at: Instant): boolean {
  const second = Math.floor(at / 1000);
  return second >= from && second <= until;
}

function answer(query: BulkQuery, subject: LeasequerySubject): Message {
  const { world, address, lease, now } = subject;
  // §8.3: the type of message follows from the state.
  const type = isBound(lease, now) ? MessageType.LEASEACTIVE : MessageType.LEASEUNASSIGNED;
  const options = [
    ...leasequeryOptions(subject, query.wanted ?? DEFAULT_OPTIONS),
    ...vpnOption(vssOf(world, address, lease)),
  ];
  return { ...replyTo(query, type, options), ...lastClient(lease), ciaddr: address };
}

/** §7.3: an address that is not bound may be told with its last client. */
function lastClient(lease: Lease | undefined): Pick<Message, "htype" | "hlen" | "chaddr"> {
  const { htype, chaddr } = lease === undefined ? NO_HARDWARE : hardwareOf(lease);
  return { htype, hlen: chaddr.length, chaddr };
}

function replyTo({ xid, giaddr }: Asked, type: MessageType, options: readonly EncodedOption[]): Message {
  const none = ipv4(0);
  return {
    ...{ op: 2, htype: 0, hlen: 0, hops: 0, xid, secs: 0, flags: 0 },
    ...{ ciaddr: none, yiaddr: none, siaddr: none, giaddr, chaddr: NO_HARDWARE.chaddr },
    options: [[OptionCode.messageType, Uint8Array.of(type)], ...options],
  };
}
