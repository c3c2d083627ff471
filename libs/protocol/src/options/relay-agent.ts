// Option 82, what a relay agent knows of a client (RFC 3046). A server echoes its octets unchanged, as the last option.

import { type SubOptions, subOptions } from "./shapes/sub-options.ts";

/** Sub-options of option 82 (IANA "DHCP Relay Agent Sub-Option Codes"). */
export const RelaySubOption = {
  circuitId: 1, // RFC 3046 §3.1
  remoteId: 2, // RFC 3046 §3.2
  docsisDeviceClass: 4, // RFC 3256
  linkSelection: 5, // RFC 3527: choose the subnet by this address, reply to giaddr all the same
  subscriberId: 6, // RFC 3993
  radiusAttributes: 7, // RFC 4014
  authentication: 8, // RFC 4030
  vendorSpecificInformation: 9, // RFC 4243
  relayAgentFlags: 10, // RFC 5010: bit 0x80 says that the client's packet came as unicast
  serverIdentifierOverride: 11, // RFC 5107: what option 54 of the reply has to be
  relayAgentIdentifier: 12, // RFC 6925
  accessTechnologyType: 13, // RFC 7839
  accessNetworkName: 14, // RFC 7839
  accessPointName: 15, // RFC 7839
  accessPointBssid: 16, // RFC 7839
  operatorIdentifier: 17, // RFC 7839
  operatorRealm: 18, // RFC 7839
  relaySourcePort: 19, // RFC 8357: reply to the source port, not to 67
  virtualSubnetSelection: 151, // RFC 6607
  virtualSubnetSelectionControl: 152, // RFC 6607
} as const;

const NONE: SubOptions = new Map();

/**
 * The sub-options in the octets of option 82, by code, each a view. Where one stands twice the first one counts. Empty
 * when a length runs past the end: what a broken list says of a client is not believed (echo it all the same).
 */
export function decodeRelayAgent(bytes: Uint8Array): SubOptions {
  return subOptions.read(bytes, 0, bytes.length) ?? NONE;
}

/**
 * One sub-option in the octets of option 82, a view; undefined when it is absent, and in a broken list. The same as to
 * decode them all and to look it up, without making a map of them for each packet.
 */
export function relaySubOption(bytes: Uint8Array, code: number): Uint8Array | undefined {
  let found = -1;
  let at = 0;
  while (at < bytes.length) {
    if (at + 1 >= bytes.length) return undefined;
    if (found < 0 && bytes[at] === code) found = at;
    at += 2 + bytes[at + 1]!;
  }
  if (at > bytes.length || found < 0) return undefined;
  return bytes.subarray(found + 2, found + 2 + bytes[found + 1]!);
}

/** The octets of option 82 for these sub-options, in their order. Throws RangeError for a value over 255 octets. */
export function encodeRelayAgent(values: SubOptions): Uint8Array {
  const octets = subOptions.write(values);
  if (octets === undefined)
    throw new RangeError("relay agent: expected sub-options 0–255 of up to 255 octets");
  return octets;
}
