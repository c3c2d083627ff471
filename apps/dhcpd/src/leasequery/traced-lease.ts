// What leasequery tells of a lease beyond what a decision needs. A lease that keeps no such field is told without it.
import type { Lease } from "@leasehold/leases";
import {
  type ClientId,
  clientIdBytes,
  ETHERNET,
  type Mac,
  macBytes,
  macFromBytes,
  RelaySubOption,
} from "@leasehold/protocol";

export interface Hardware {
  readonly htype: number;
  readonly chaddr: Uint8Array;
}

export const NO_HARDWARE: Hardware = { htype: 0, chaddr: new Uint8Array(0) };

/** What stands in htype and chaddr of a client's packets. */
export function hardwareOf(lease: Lease): Hardware {
  const chaddr = lease.mac ? macBytes(lease.mac) : NO_HARDWARE.chaddr;
  const htype = lease.trace?.htype;
  if (htype !== undefined) return { htype, chaddr };
  if (chaddr.length === 0) return NO_HARDWARE;
  return { htype: isKnownByHardware(lease) ? typeIn(lease.client) : ETHERNET, chaddr };
}

/**
 * Whether the client's identity is its hardware type and address (RFC 2131 §4.2): then that does not tell whether it sent the
 * same as option 61.
 */
export function isKnownByHardware({ client, mac, trace }: Lease): boolean {
  if (!mac || !isHexOf(client, mac)) return false;
  return trace?.htype === undefined || trace.htype === typeIn(client);
}

/** Whether the identity is an octet and then the hardware address; without making a text of either. */
function isHexOf(client: ClientId, mac: Mac): boolean {
  const octets = (mac.length + 1) / 3;
  if (client.length !== 2 + 2 * octets) return false;
  for (let i = 0; i < octets; i++) {
    if (client.charCodeAt(2 + 2 * i) !== mac.charCodeAt(3 * i)) return false;
    if (client.charCodeAt(3 + 2 * i) !== mac.charCodeAt(3 * i + 1)) return false;
  }
  return true;
}

function typeIn(client: ClientId): number {
  return Number.parseInt(client.slice(0, 2), 16);
}

export function hasHardware(lease: Lease, htype: number, chaddr: Uint8Array): boolean {
  return lease.mac === macFromBytes(chaddr) && hardwareOf(lease).htype === htype;
}

/** Whether the client sent this option 61, as far as that is known. */
export function hasClientIdentifier(lease: Lease, identifier: ClientId): boolean {
  return (lease.trace?.clientIdentifier ?? lease.client) === identifier;
}

/** Option 61 as the client sent it, as far as that is known. */
export function clientIdentifierOf(lease: Lease): Uint8Array | undefined {
  const stated = lease.trace?.clientIdentifier;
  if (stated !== undefined) return clientIdBytes(stated);
  return isKnownByHardware(lease) ? undefined : clientIdBytes(lease.client);
}

/** Option 82 as it was last seen. */
export function relayAgentOf(lease: Lease): Uint8Array | undefined {
  const agent = lease.relay?.agent;
  return agent === undefined ? undefined : Buffer.from(agent, "hex");
}

export function remoteIdOf(lease: Lease): string | undefined {
  return subOptionIn(lease.relay?.agent, RelaySubOption.remoteId);
}

export function relayIdOf(lease: Lease): string | undefined {
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
    if (next > agent.length) return undefined;
    if (found === undefined && octetAt(agent, at) === code) found = agent.slice(at + 4, next);
    at = next;
  }
  return found;
}

function octetAt(hex: string, at: number): number {
  return (digitAt(hex, at) << 4) | digitAt(hex, at + 1);
}

/** 0 beyond the end, where the length above it lies anyway. Digits are lower-case: our own event has them. */
function digitAt(hex: string, at: number): number {
  const code = hex.charCodeAt(at);
  return code > 0x39 ? code - 0x57 : code - 0x30;
}
