// Which part of an option's value is wrong: the element of a list, the field of a route. A person finds that one in a list of
// forty; "a list of routes" does not help.

import type { Path } from "@leasehold/document";
import { formatPrefix, ipv4, maskOf, parseIpv4 } from "@leasehold/protocol";
import type { WritableOption } from "./option-catalogue.ts";

export interface WrongPart {
  /** Within the value; empty for the value as a whole. */
  readonly path: Path;
  readonly expected: string;
  /** In words, where the part as it is written does not say it. */
  readonly found?: string | undefined;
  readonly fix?: string | undefined;
}

/** What an element of a list must be, by the shape of the list. */
const ELEMENTS: Readonly<Record<string, string>> = {
  ipv4s: "an IPv4 address",
  ipv4sOrNone: "an IPv4 address",
  ipv4Pairs: "a pair of IPv4 addresses [10.1.0.0, 10.0.0.1]",
  ipv4Groups: "a list of IPv4 addresses",
  u8s: "a whole number from 0 to 255",
  u16s: "a whole number from 0 to 65535",
  domains: "a domain name",
  searchList: "a domain name",
  userClasses: "a user class of 1 to 255 octets",
  uris: "a URI",
};

/** Of a value that the option cannot encode: each element of it that is wrong, or else all of it. */
export function wrongPartsOf({ shape, expected, encode }: WritableOption, value: unknown): WrongPart[] {
  const isRoutes = shape === "routes";
  const whole = { path: [], expected };
  if (!Array.isArray(value)) return [(isRoutes && wrongInRoute(value)) || whole];
  const elements = value.flatMap((item: unknown, at) => {
    const wrong =
      encode([item]) !== undefined ? undefined : isRoutes ? wrongInRoute(item) : wrongInElement(shape, item);
    return wrong === undefined ? [] : [{ ...wrong, path: [at, ...wrong.path] }];
  });
  return elements.length > 0 ? elements : [whole];
}

function wrongInElement(shape: string, item: unknown): WrongPart | undefined {
  const expected = ELEMENTS[shape];
  if (expected === undefined) return undefined;
  if (shape !== "ipv4Pairs" || !Array.isArray(item) || item.length !== 2) return { path: [], expected };
  const at = item.findIndex((one) => !isAddress(one));
  return { path: at < 0 ? [] : [at], expected: "an IPv4 address" };
}

function wrongInRoute(route: unknown): WrongPart | undefined {
  if (typeof route !== "object" || route === null || Array.isArray(route)) {
    return { path: [], expected: 'a route { destination: "10.1.0.0/16", router: "10.0.0.1" }' };
  }
  const { destination, router } = route as Readonly<Record<string, unknown>>;
  return (
    wrongInDestination(destination) ??
    (isAddress(router) ? undefined : { path: ["router"], expected: "an IPv4 address" })
  );
}

function wrongInDestination(destination: unknown): WrongPart | undefined {
  // An object is how the codec reads it; a document that has been read again may have it so.
  if (typeof destination === "object" && destination !== null) return undefined;
  const path = ["destination"];
  const expected = 'a prefix ("10.1.0.0/16")';
  const [, addressText = "", digits = ""] = /^([^/]*)\/(\d{1,2})$/.exec(String(destination ?? "")) ?? [];
  const address = parseIpv4(addressText);
  const length = Number(digits);
  if (address === undefined || length > 32) return { path, expected };
  const network = ipv4(address & maskOf(length));
  if (network === address) return undefined;
  return {
    path,
    found: `"${destination}", which has host bits`,
    expected: "the network's own address",
    fix: `Write ${formatPrefix({ address: network, length })} if that network was meant, or ${addressText}/32 for this address alone.`,
  };
}

function isAddress(value: unknown): boolean {
  return typeof value === "string" && parseIpv4(value) !== undefined;
}
