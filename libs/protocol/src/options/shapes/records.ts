// The options that are a few named fields and nothing else.

import { ipv4, ipv4s } from "./addresses.ts";
import { domains } from "./domains.ts";
import { boolean, u8, u16 } from "./numbers.ts";
import { record } from "./record.ts";
import { subOptions } from "./sub-options.ts";
import { bytes, octets, textOrNone } from "./text.ts";

/** RFC 4578 §2.2: 1 is UNDI; its version (94). */
export const networkInterface = record({ type: u8, majorVersion: u8, minorVersion: u8 });

/** RFC 4578 §2.3: type 0, then a UUID of 16 octets (97). */
export const machineIdentifier = record({ type: u8, identifier: bytes });

/** RFC 3118 §2 (90). */
export const authentication = record({
  protocol: u8,
  algorithm: u8,
  replayMethod: u8,
  replayDetection: octets(8),
  information: bytes,
});

/** RFC 2610 §3 (78). */
export const slpAgents = record({ mandatory: boolean, agents: ipv4s });

/** RFC 2610 §4 (79): the list of scopes may be empty. */
export const slpScope = record({ mandatory: boolean, scopes: textOrNone });

/** RFC 6926 §6.2.2 (151): 0 is success. */
export const statusCode = record({ code: u8, message: textOrNone });

/** RFC 6731 §4.3 (146). */
export const rdnssSelection = record({ preference: u8, primary: ipv4, secondary: ipv4, domains });

/** RFC 7618 §9 (159). */
export const portParameters = record({ offset: u8, psidLength: u8, psid: u16 });

/** RFC 5969 §7.1.1 (212). */
export const sixRd = record({
  ipv4MaskLength: u8,
  prefixLength: u8,
  prefix: octets(16),
  borderRelays: ipv4s,
});

/** RFC 6656 (220). */
export const subnetAllocation = record({ flags: u8, options: subOptions });

/** RFC 6607 §3.1 (221, and sub-option 151 of 82): type 0 is an ASCII VPN name, 1 an RFC 2685 VPN-ID, 255 the global VPN. */
export const virtualSubnet = record({ type: u8, identifier: bytes });
