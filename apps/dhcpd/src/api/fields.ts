// What the API's parameters are read into: each field takes every spelling of what it names, and says in words what it expects.

import { section } from "@leasehold/document";
import type { ShownState } from "@leasehold/leases";
import {
  parseAddressOrPrefix,
  parseClientId,
  parseHardwareAddress,
  parseHostName,
} from "@leasehold/protocol";
import * as z from "zod";

const TEXT_MAX = 1024;
const STATES = [
  "offered",
  "bound",
  "expired",
  "released",
  "declined",
  "unreadable",
] as const satisfies readonly ShownState[];

/** A parameter that `parse` can read; `expected` is what a person is told who wrote something else. */
export function readable<T>(parse: (text: string) => T | undefined, expected: string) {
  return z.string(expected).transform((text, context) => {
    const value = text.length > TEXT_MAX ? undefined : parse(text);
    if (value !== undefined) return value;
    context.addIssue(expected);
    return z.NEVER;
  });
}

/** The parameters of a route: these and no other ones, each at most once. */
export const parameters = section;

export const hardwareAddress = readable(
  parseHardwareAddress,
  "a hardware address such as a4:bf:01:38:ee:65, in any spelling",
);
export const addressOrPrefix = readable(
  parseAddressOrPrefix,
  "an IPv4 address such as 10.77.16.1, or a prefix without host bits such as 10.77.16.0/24",
);
export const clientIdentity = readable(
  parseClientId,
  "a client's identity in hex such as 01a4bf0138ee65, two octets or more",
);
export const hostName = readable(parseHostName, "a host name");
export const hostId = readable((text) => text.trim() || undefined, "a host's id");
export const subnetId = readable((text) => text || undefined, "a subnet's id");
export const leaseState = z.enum(STATES, `one of ${STATES.join(", ")}`);
/** Whatever names a client or a host; `identityIn` of known-client.ts reads it. */
export const anyIdentity = readable(
  (text) => text.trim() || undefined,
  "a hardware address, a client's identity, an IPv4 address, a host name or a host's id",
);

/** A whole number from 1 to `most`, in decimal digits. */
export function wholeNumber(most: number) {
  const parse = (text: string) => {
    const number = /^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0;
    return number >= 1 && number <= most ? number : undefined;
  };
  return readable(parse, `a whole number from 1 to ${most}`);
}
