// The single values of the document, each with what a person is told to write. What can be known from the value alone
// is checked here; values stay as they were written, so that the stored document is the one that was applied.
import { encodeOption, parseIpv4, parseMac, parsePrefix, parseUuid } from "@leasehold/protocol";
import * as z from "zod";
import { parseRange } from "../pools/address-range.ts";

/** Text that `isValid` accepts; `expected` answers also for what is no text at all. */
export function text(expected: string, isValid: (value: string) => boolean) {
  return z.string({ error: expected }).refine(isValid, { error: expected }).meta({ title: expected });
}

const NAME = /^[A-Za-z0-9][\w-]{0,62}$/;

export const name = text("a name of letters, digits, - and _", (value) => NAME.test(value)).meta({
  pattern: NAME.source,
});
export const optionName = text("a name of letters and digits that begins with a small letter", (value) =>
  /^[a-z][A-Za-z0-9]{0,62}$/.test(value),
);
export const ipv4 = text("an IPv4 address like 10.77.0.1", (value) => parseIpv4(value) !== undefined).meta({
  examples: ["10.77.0.1"],
});
export const prefix = text("a prefix like 10.77.0.0/16", isPrefix).meta({ examples: ["10.77.0.0/16"] });
export const interfaceName = text("the name of a network interface", (value) => /^[^\s/]{1,15}$/.test(value));
export const range = text(
  "a range like 10.77.16.0-10.77.31.255",
  (value) => parseRange(value) !== undefined,
).meta({ examples: ["10.77.16.0-10.77.31.255"] });
export const addressOrRange = text(
  "an address like 10.77.16.9 or a range like 10.77.16.9-10.77.16.12",
  (value) => parseIpv4(value) !== undefined || parseRange(value) !== undefined,
);
export const addressOrPrefix = text(
  "an address like 10.77.0.1 or a prefix like 10.77.0.0/16",
  (value) => parseIpv4(value) !== undefined || parsePrefix(value) !== undefined,
);
export const mac = text(
  "a hardware address like a4:bf:01:38:ee:65",
  (value) => parseMac(value) !== undefined,
).meta({ examples: ["a4:bf:01:38:ee:65"] });
export const macPrefix = text("the first octets of hardware addresses, like a4:bf:01", (value) =>
  /^([0-9a-f]{2}([:-](?!$)|$)){1,6}$/i.test(value),
).meta({ examples: ["a4:bf:01"] });
export const clientId = text(
  'the octets of option 61 in hex ("01a4bf0138ee65", in quotes)',
  (value) => value !== "" && octetsOfClientId(value) !== undefined,
);
export const uuid = text(
  "a UUID like 4c4c4544-0043-3010-8052-b4c04f4e3132",
  (value) => parseUuid(value) !== undefined,
);
/** Compared octet by octet: text as UTF-8, or `0x` and octets in hex. */
export const octets = text('text, or octets in hex ("0x0a1b", in quotes)', (value) => value !== "");
export const hostname = text("a host name of letters, digits, - and dots", (value) =>
  /^[A-Za-z0-9]([\w.-]{0,251}[A-Za-z0-9])?$/.test(value),
);
/** RFC 6607 §3.5: a name in ASCII, or an RFC 2685 VPN-ID of seven octets. */
export const vss = text("the name of a VPN in ASCII, or 0x and the 14 hex digits of a VPN-ID", (value) =>
  /^0x/i.test(value) ? /^0x[0-9a-f]{14}$/i.test(value) : /^[\x20-\x7e]{1,254}$/.test(value),
);
export const className = text("the id of a class", (value) => value !== "");

/** Without query and fragment: paths are put behind it. */
export const bootUrl = text("a URL like http://10.77.0.11:8069, without ? and #", isBootUrl).meta({
  examples: ["http://10.77.0.11:8069"],
});
export const bootServer = text(
  "node, cluster, or an IPv4 address like 10.77.0.1",
  (value) => value === "node" || value === "cluster" || parseIpv4(value) !== undefined,
);
export const bootFile = text(
  "the name of a file, of 1 to 127 characters without spaces",
  (value) => /^[\x21-\x7e]{1,127}$/.test(value) && !value.includes("://"),
);
export const scriptTemplate = text(
  "a path, a URL or a file name, of 1 to 255 characters without spaces",
  (value) => /^[\x21-\x7e]{1,255}$/.test(value),
);

/** Text that fits into a fixed field of the packet, with the NUL that ends it. */
export function fieldText(octetsMax: number) {
  return text(`text of 1 to ${octetsMax} octets`, (value) => {
    const length = new TextEncoder().encode(value).length;
    return length >= 1 && length <= octetsMax && !value.includes("\0");
  });
}

export function wholeNumber(least: number, most: number, unit = "a whole number") {
  const error = `${unit} from ${least} to ${most}`;
  return z.int({ error }).min(least, { error }).max(most, { error });
}

/** Strictly between 0 and 1. */
export const share = z
  .number({ error: "a number between 0 and 1" })
  .gt(0, { error: "a number between 0 and 1" })
  .lt(1, { error: "a number between 0 and 1" });

/** One item, or a list with one item at least. */
export function oneOrMore<Item extends z.ZodType>(item: Item, expected: string) {
  return z.union([item, z.array(item).min(1)], { error: expected });
}

export function listOf<Item>(value: Item | readonly Item[]): readonly Item[] {
  return Array.isArray(value) ? value : [value as Item];
}

// Host bits are the business of the cross-checks, which can tell the prefix that was probably meant.
function isPrefix(value: string): boolean {
  const [address, length] = value.split("/");
  return /^[\d.]+\/\d+$/.test(value) && parseIpv4(address!) !== undefined && Number(length) <= 32;
}

/** What firmware is sure to read: plain ASCII, no user, and room for a path in the 127 octets of `file`. */
function isBootUrl(value: string): boolean {
  if (!/^https?:\/\/[\x21-\x7e]{1,88}$/.test(value) || /[?#{}"<>\\^`|@]/.test(value)) return false;
  return URL.canParse(value);
}

export function octetsOfClientId(written: string): Uint8Array | undefined {
  try {
    return encodeOption("clientIdentifier", written);
  } catch {
    return undefined;
  }
}
