// Records: named fields one after another, the last of which may be of any length. Grouped here are the options that
// are nothing but that.

import { ipv4, ipv4s } from "./addresses.ts";
import { domains } from "./domains.ts";
import { boolean, u8, u16 } from "./numbers.ts";
import { fieldsOf, joinAll, type Shape } from "./shape.ts";
import { subOptions } from "./sub-options.ts";
import { bytes, octets, text, textOrNone } from "./text.ts";

// biome-ignore lint/suspicious/noExplicitAny: a record takes fields of every type.
type Fields = Readonly<Record<string, Shape<any>>>;
type RecordOf<F extends Fields> = { readonly [K in keyof F]: F[K] extends Shape<infer V> ? V : never };

function record<F extends Fields>(fields: F): Shape<RecordOf<F>> {
  const entries = Object.entries(fields);
  return {
    expected: `{ ${entries.map(([name, shape]) => `${name}: ${shape.expected}`).join(", ")} }`,
    read(from, start, end) {
      const value: Record<string, unknown> = {};
      let at = start;
      for (const [name, shape] of entries) {
        const next = shape.size === undefined ? end : at + shape.size;
        if (next > end) return undefined;
        const field = shape.read(from, at, next);
        if (field === undefined) return undefined;
        value[name] = field;
        at = next;
      }
      return at === end ? (value as RecordOf<F>) : undefined;
    },
    write(value) {
      const given = fieldsOf(value);
      return given && joinAll(entries.map(([name, shape]) => shape.write(given[name])));
    },
  };
}

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

/** RFC 2610 §4 (79). */
export const slpScope = record({ mandatory: boolean, scopes: text });

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

/** RFC 6656 §3.2 (220). */
export const subnetAllocation = record({ flags: u8, options: subOptions });

/** RFC 6607 §3.1 (221, and sub-option 151 of 82): type 0 is an ASCII VPN name, 1 an RFC 2685 VPN-ID, 255 the global VPN. */
export const virtualSubnet = record({ type: u8, identifier: bytes });
