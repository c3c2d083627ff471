// The options in which a leasequery tells of a lease (RFC 4388 §6.4.2, RFC 6926 §8.3). Each is one row of `VALUE_OF`; any other
// option is told as it is configured for the client, if it is on the list of what may be subject.
import type { Inventory } from "@leasehold/inventory";
import { type Instant, isBound, type Lease, type LeaseView } from "@leasehold/leases";
import type { LeaseTimes, Network } from "@leasehold/network";
import {
  type EncodedOption,
  encodeOption,
  INFINITE_SECONDS,
  type Ipv4,
  OptionCode,
  type OptionName,
} from "@leasehold/protocol";
import { writeVpn } from "../relay/virtual-subnet.ts";
import { DhcpState, dhcpStateOf, stateSince } from "./dhcp-state.ts";
import type { LeasequeryIndex } from "./lease-index.ts";
import { clientIdentifierOf, relayAgentOf } from "./traced-lease.ts";

/** What leasequeries are answered from. */
export interface LeasequeryWorld {
  readonly node: string;
  readonly view: LeaseView;
  readonly network: Network;
  readonly inventory: Inventory;
  readonly index: LeasequeryIndex;
  /** What the client of a lease is subject, by option code. */
  optionsOf(lease: Lease): ReadonlyMap<number, Uint8Array>;
}

/** An address as it is at one instant; `lease` is undefined for one that nobody ever had. */
export interface LeasequerySubject {
  readonly world: LeasequeryWorld;
  readonly address: Ipv4;
  readonly lease: Lease | undefined;
  readonly now: Instant;
}

/**
 * Options that the network document sets and that tell nothing of a client that others should not know (RFC 4388 §6.4.2:
 * "Any option not on this list SHOULD NOT be returned").
 */
export const NON_SENSITIVE_OPTIONS: ReadonlySet<number> = new Set([
  1, 3, 6, 12, 15, 26, 28, 33, 42, 119, 121,
]);

const T1_DEFAULT = 0.5;
const T2_DEFAULT = 0.875;

const VALUE_OF: Readonly<Record<number, (subject: LeasequerySubject) => Uint8Array | undefined>> = {
  12: ({ lease }) => (lease?.hostname ? encodeOption("hostName", lease.hostname) : undefined),
  51: secondsLeft,
  58: (subject) => timerLeft(subject, "renewalTime", (times) => times?.t1 ?? T1_DEFAULT),
  59: (subject) => timerLeft(subject, "rebindingTime", (times) => times?.t2 ?? T2_DEFAULT),
  60: ({ lease }) => hexOctets(lease?.trace?.vendorClass),
  61: ({ lease }) => lease && clientIdentifierOf(lease),
  82: ({ lease }) => lease && relayAgentOf(lease),
  91: ({ lease, now }) => lease && uint32("clientLastTransactionTime", wholeSeconds(now - lease.at)),
  152: ({ now }) => uint32("baseTime", wholeSeconds(now)),
  153: ({ lease, now }) =>
    uint32("startTimeOfState", wholeSeconds(now) - wholeSeconds(stateSince(lease, now))),
  156: ({ lease, now }) => encodeOption("dhcpState", dhcpStateOf(lease, now)),
  157: dataSource,
};

/** These tell of the moment or of the whole answer and are put there by who answers. */
const NOT_OF_A_LEASE: ReadonlySet<number> = new Set([
  OptionCode.messageType,
  OptionCode.serverIdentifier,
  OptionCode.associatedIpAddresses,
  OptionCode.virtualSubnetSelection,
]);

/** The options of `codes` that there is something to say in, in that order. */
export function leasequeryOptions(subject: LeasequerySubject, codes: Iterable<number>): EncodedOption[] {
  const options: EncodedOption[] = [];
  for (const code of new Set(codes)) {
    if (NOT_OF_A_LEASE.has(code)) continue;
    const value = VALUE_OF[code]?.(subject) || configured(subject, code);
    if (value !== undefined) options.push([code, value]);
  }
  return options;
}

/** Option 221 of a lease outside of the global VPN (RFC 6926 §8.2: "MUST appear in the packet"). */
export function vpnOption(vss: string | undefined): EncodedOption[] {
  return vss === undefined ? [] : [[OptionCode.virtualSubnetSelection, writeVpn(vss)]];
}

/** The VPN of the subnet that an address is in; undefined is the global one. */
export function vssOf(world: LeasequeryWorld, address: Ipv4, lease: Lease | undefined): string | undefined {
  const { network } = world;
  const subnet = (lease && network.subnet(lease.subnet)) ?? network.subnetContaining(address);
  return (subnet as { readonly vss?: string } | undefined)?.vss;
}

function configured(subject: LeasequerySubject, code: number): Uint8Array | undefined {
  if (subject.lease === undefined || !NON_SENSITIVE_OPTIONS.has(code)) return undefined;
  return subject.world.optionsOf(subject.lease).get(code);
}

/**
 * Option 51: what is left until the address may be somebody else's. A renewal within what is held is not written, so this
 * is the client's own time or more, never less: who filters by it cuts nobody off. RFC 6926 §8.3 (4) wants it "for any state
 * that has a timeout value", so also for an address under probation.
 */
function secondsLeft({ lease, now }: LeasequerySubject): Uint8Array | undefined {
  const state = dhcpStateOf(lease, now);
  const hasEnd =
    state === DhcpState.ACTIVE || state === DhcpState.ABANDONED || state === DhcpState.TRANSITIONING;
  return lease && hasEnd ? uint32("ipAddressLeaseTime", wholeSeconds(lease.heldUntil - now)) : undefined;
}

/** RFC 4388 §6.4.2: the time that is left until T1 or T2; "If these times are already in the past … MUST NOT". */
function timerLeft(
  { world, lease, now }: LeasequerySubject,
  name: "renewalTime" | "rebindingTime",
  share: (times: TeeShares | undefined) => number,
): Uint8Array | undefined {
  if (!isBound(lease, now)) return undefined;
  if (lease.seconds === INFINITE_SECONDS) return uint32(name, INFINITE_SECONDS);
  const at = lease.at + lease.seconds * share(timesOf(world.network, lease)) * 1000;
  return at > now ? uint32(name, wholeSeconds(at - now)) : undefined;
}

/** Shares of the lease, where the network document sets them. */
type TeeShares = LeaseTimes & { readonly t1?: number; readonly t2?: number };

function timesOf(network: Network, lease: Lease): TeeShares | undefined {
  const subnet = network.subnet(lease.subnet);
  return subnet?.poolOf(lease.address)?.lease ?? subnet?.lease;
}

/** RFC 6926 §6.2.8: the REMOTE flag, when another node made the newest change. Without it all flags are zero (§8.3 (5)). */
function dataSource({ world, lease }: LeasequerySubject): Uint8Array | undefined {
  return lease !== undefined && lease.node !== world.node ? encodeOption("dataSource", 1) : undefined;
}

function uint32(name: OptionName, value: number): Uint8Array {
  return encodeOption(name, Math.max(0, Math.min(value, INFINITE_SECONDS)));
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}

function hexOctets(hex: string | undefined): Uint8Array | undefined {
  return hex ? Buffer.from(hex, "hex") : undefined;
}
