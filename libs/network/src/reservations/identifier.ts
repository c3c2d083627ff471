// By what a reservation names its client, and the one spelling of each for looking it up.
import { encodeOption, parseMac } from "@leasehold/protocol";
import { octetsOfText } from "../classes/octet-pattern.ts";

/** The surest first: that is the order in which they are looked up. */
export const IDENTIFIERS = ["mac", "clientId", "uuid", "circuitId", "remoteId", "class"] as const;
export type Identifier = (typeof IDENTIFIERS)[number];

/** Throws for a client id that is none. */
export function keyOf(identifier: Identifier, written: string): string {
  switch (identifier) {
    case "mac":
      return parseMac(written) ?? written;
    case "clientId":
      return hex(encodeOption("clientIdentifier", written));
    case "uuid":
      return written.toLowerCase();
    case "circuitId":
    case "remoteId":
      return hex(octetsOfText(written));
    case "class":
      return written;
    default:
      return identifier satisfies never;
  }
}

export function hex(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString("hex");
}
