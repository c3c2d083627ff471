// The two options in which an octet says how the name behind it is written: 81 (client FQDN) and 120 (SIP servers).

import type { Ipv4 } from "../../values/values.ts";
import { ipv4s } from "./addresses.ts";
import { domains, readPartialDomain, writePartialDomain } from "./domains.ts";
import { fieldsOf, joinAll, type Shape } from "./shape.ts";
import { readText, writeText } from "./text.ts";

/** The flags of option 81, from the lowest bit (RFC 4702 §2.1): S, O, E, N. */
export const FqdnFlag = { SERVER: 1, OVERRIDE: 2, ENCODED: 4, NO_UPDATE: 8 } as const;

export interface ClientFqdn {
  /** The bits of `FqdnFlag`. */
  readonly flags: number;
  /** "host" or "host.example". */
  readonly name: string;
  /** False for a partial name. ASCII form (no E bit) does not tell: there, a name with a dot in it is complete. */
  readonly complete: boolean;
}

/** RFC 4702 §2: flags, two obsolete RCODEs (0 from a client, 255 from a server), the name. */
export const clientFqdn: Shape<ClientFqdn> = {
  expected: '{ flags: 1, name: "host.example", complete: true }',
  read(bytes, start, end) {
    if (end - start < 3) return undefined;
    const flags = bytes[start]!;
    if ((flags & FqdnFlag.ENCODED) !== 0) {
      const name = readPartialDomain(bytes, start + 3, end);
      return name && { flags, name: name.text, complete: name.complete };
    }
    const ascii = readText(bytes, start + 3, end);
    const name = ascii.replace(/[.\0]+$/, "");
    return { flags, name, complete: name !== "" && ascii.includes(".") };
  },
  write(value) {
    const { flags, name, complete } = fieldsOf(value) ?? {};
    if (typeof flags !== "number" || !Number.isInteger(flags) || flags < 0 || flags > 255) return undefined;
    if (typeof name !== "string") return undefined;
    const whole = complete === true;
    const encoded = (flags & FqdnFlag.ENCODED) !== 0;
    const written = encoded
      ? writePartialDomain({ text: name, complete: whole })
      : writeText(whole && !name.includes(".") ? `${name}.` : name);
    return joinAll([Uint8Array.of(flags, 255, 255), written]); // RFC 4702 §2.2: a server sends 255.
  },
};

/** SIP servers by name or by address (RFC 3361 §3). */
export type SipServers = { readonly names: readonly string[] } | { readonly addresses: readonly Ipv4[] };

export const sipServers: Shape<SipServers> = {
  expected: '{ names: ["sip.example"] } or { addresses: ["10.0.0.1"] }',
  read(bytes, start, end) {
    const names = bytes[start] === 0 ? domains.read(bytes, start + 1, end) : undefined;
    if (end > start && names) return { names };
    const addresses = bytes[start] === 1 ? ipv4s.read(bytes, start + 1, end) : undefined;
    return end > start && addresses ? { addresses } : undefined;
  },
  write(value) {
    const fields = fieldsOf(value);
    if (fields?.names !== undefined) return joinAll([Uint8Array.of(0), domains.write(fields.names)]);
    return fields && joinAll([Uint8Array.of(1), ipv4s.write(fields.addresses)]);
  },
};
