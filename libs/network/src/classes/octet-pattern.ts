// Patterns over octets: equals, prefix, contains. Clients send anything, so nothing is decoded to be compared.
import type { PatternDocument } from "../document/matcher-schema.ts";

export type OctetTest = (octets: Uint8Array) => boolean;

const utf8 = new TextEncoder();

/** What a person wrote for octets: text as UTF-8, or `0x` and hex. */
export function octetsOfText(text: string): Uint8Array {
  if (!/^0x([0-9a-f]{2})+$/i.test(text)) return utf8.encode(text);
  return Uint8Array.from({ length: (text.length - 2) / 2 }, (_, i) =>
    Number.parseInt(text.slice(2 + 2 * i, 4 + 2 * i), 16),
  );
}

export function compilePattern(pattern: PatternDocument): OctetTest {
  const { equals, prefix, contains } = typeof pattern === "string" ? { equals: pattern } : pattern;
  if (equals !== undefined) return equalTo(octetsOfText(equals));
  if (prefix !== undefined) return beginningWith(octetsOfText(prefix));
  return containing(octetsOfText(contains ?? ""));
}

export function equalTo(wanted: Uint8Array): OctetTest {
  return (octets) => octets.length === wanted.length && standsAt(wanted, octets, 0);
}

export function beginningWith(wanted: Uint8Array): OctetTest {
  return (octets) => octets.length >= wanted.length && standsAt(wanted, octets, 0);
}

export function containing(wanted: Uint8Array): OctetTest {
  return (octets) => {
    for (let at = 0; at <= octets.length - wanted.length; at++) if (standsAt(wanted, octets, at)) return true;
    return false;
  };
}

function standsAt(wanted: Uint8Array, octets: Uint8Array, at: number): boolean {
  for (let i = 0; i < wanted.length; i++) if (octets[at + i] !== wanted[i]) return false;
  return true;
}
