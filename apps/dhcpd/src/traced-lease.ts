// What leasequery tells of a lease beyond what a decision needs. A lease that keeps no such field is told without it.
import type { Instant, Lease, RelayTrace } from "@leasehold/leases";
import {
  type ClientId,
  clientIdBytes,
  clientIdOfHardware,
  macBytes,
  macFromBytes,
  RelaySubOption,
} from "@leasehold/protocol";

interface Traces {
  /** RFC 4388 §6.7: the newest option 82 "MUST store with binding". Carried over by a renewal that has none (RFC 6925 §5). */
  readonly relay: RelayTrace | undefined;
  /** Option 61 as it was sent, where the client's identity is not that (`identity: mac`). */
  readonly clientIdentifier: ClientId | undefined;
  /** Option 60 as hex (RFC 4388 §6.7: SHOULD). */
  readonly vendorClass: string | undefined;
  readonly htype: number | undefined;
  /** When the state began; a renewal does not begin one (RFC 6926 §6.2.4). */
  readonly since: Instant | undefined;
}

export type TracedLease = Lease & Partial<Traces>;

const ETHERNET = 1;

export interface Hardware {
  readonly htype: number;
  readonly chaddr: Uint8Array;
}

export const NO_HARDWARE: Hardware = { htype: 0, chaddr: new Uint8Array(0) };

/** What stands in htype and chaddr of a client's packets. */
export function hardwareOf(lease: TracedLease): Hardware {
  const chaddr = lease.mac ? macBytes(lease.mac) : NO_HARDWARE.chaddr;
  if (chaddr.length === 0 && lease.htype === undefined) return NO_HARDWARE;
  // An identity made of the hardware address starts with its type (RFC 2131 §4.2).
  const stated = Number.parseInt(lease.client.slice(0, 2), 16);
  const isHardware = chaddr.length > 0 && lease.client === clientIdOfHardware(stated, chaddr);
  return { htype: lease.htype ?? (isHardware ? stated : ETHERNET), chaddr };
}

/** Whether the client is known by its hardware address, so that nobody can tell whether it sent option 61 as well. */
export function isKnownByHardware(lease: TracedLease): boolean {
  const { htype, chaddr } = hardwareOf(lease);
  return chaddr.length > 0 && lease.client === clientIdOfHardware(htype, chaddr);
}

export function hasHardware(lease: TracedLease, htype: number, chaddr: Uint8Array): boolean {
  return lease.mac === macFromBytes(chaddr) && hardwareOf(lease).htype === htype;
}

/** Whether the client sent this option 61, as far as that is known. */
export function hasClientIdentifier(lease: TracedLease, identifier: ClientId): boolean {
  return (lease.clientIdentifier ?? lease.client) === identifier;
}

/** Option 61 as the client sent it, as far as that is known. */
export function clientIdentifierOf(lease: TracedLease): Uint8Array | undefined {
  if (lease.clientIdentifier !== undefined) return clientIdBytes(lease.clientIdentifier);
  return isKnownByHardware(lease) ? undefined : clientIdBytes(lease.client);
}

/** Option 82 as it was last seen. */
export function relayAgentOf(lease: TracedLease): Uint8Array | undefined {
  const agent = lease.relay?.agent;
  return agent === undefined ? undefined : Buffer.from(agent, "hex");
}

export function remoteIdOf(lease: TracedLease): string | undefined {
  return subOptionIn(lease.relay?.agent, RelaySubOption.remoteId);
}

export function relayIdOf(lease: TracedLease): string | undefined {
  return subOptionIn(lease.relay?.agent, RelaySubOption.relayAgentIdentifier);
}

/** A sub-option of an option 82 in hex, as hex, without decoding it: a bulk leasequery looks at a million of them. */
export function subOptionIn(agent: string | undefined, code: number): string | undefined {
  if (agent === undefined) return undefined;
  let found: string | undefined;
  let at = 0;
  while (at < agent.length) {
    const next = at + 4 + 2 * octetAt(agent, at + 2);
    // A list with a length that lies is not believed (libs/protocol, decodeRelayAgent).
    if (!(next <= agent.length)) return undefined;
    if (found === undefined && octetAt(agent, at) === code) found = agent.slice(at + 4, next);
    at = next;
  }
  return found;
}

function octetAt(hex: string, at: number): number {
  return Number.parseInt(hex.slice(at, at + 2), 16);
}
