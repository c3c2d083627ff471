// What a person writes on the command line, read before anybody is asked: what cannot be right is a usage error.
import {
  formatIpv4,
  formatPrefix,
  parseAddressOrPrefix,
  parseClientId,
  parseHardwareAddress,
  parseHostName,
  parseUuid,
  parseWrittenIpv4,
} from "@leasehold/protocol";
import { usageFailure } from "../failure.ts";

type Reader = (text: string) => string | undefined;

const IDENTITY_FIX =
  "Write a hardware address (a4:bf:01:38:ee:65), an address (10.77.16.1), a host name, a host's id or a client's identity in hex.";

const prefix: Reader = (text) => {
  const read = parseAddressOrPrefix(text);
  return read && (read.length === 32 && !text.includes("/") ? formatIpv4(read.address) : formatPrefix(read));
};

const one: Reader = (text) => {
  const read = parseWrittenIpv4(text);
  return read === undefined ? undefined : formatIpv4(read);
};

const READERS = {
  ip: [one, "is not a valid IPv4 address", "Write it as 10.77.16.1."],
  address: [
    prefix,
    "is not a valid IPv4 address or prefix",
    "Write it as 10.77.16.1, or as 10.77.16.0/24 without host bits.",
  ],
  mac: [
    parseHardwareAddress,
    "is not a valid hardware address",
    "Write it as a4:bf:01:38:ee:65; any common notation works.",
  ],
  client: [parseClientId, "is not a valid client identity", "Write its octets in hex: 01a4bf0138ee65."],
  hostname: [parseHostName, "is not a valid host name", "Write it as node5."],
  node: [
    (text) => /^[\w-]{1,64}$/.exec(text.trim())?.[0],
    "is not a valid node name",
    "`leasehold status` lists the nodes.",
  ],
  uuid: [
    (text) => (parseUuid(text.trim()) === undefined ? undefined : text.trim()),
    "is not a valid UUID",
    "Write it as 4c4c4544-0043-3010-8052-b4c04f4e3132.",
  ],
  arch: [
    (text) => (/^\d{1,5}$/.test(text) && Number(text) <= 0xffff ? text : undefined),
    "is not a valid architecture",
    "Write its number of option 93: 7 is x86-64 UEFI.",
  ],
} as const satisfies Record<string, readonly [Reader, string, string]>;

export type IdentifierKind = keyof typeof READERS;

/** As the API takes it. @throws Failure for what is none. */
export function identifier(kind: IdentifierKind, text: string): string {
  const [read, isNone, fix] = READERS[kind];
  const found = read(text);
  if (found === undefined) throw usageFailure(`\`${text}\` ${isNone}.`, fix);
  return found;
}

/** Whatever names a client or a host. @throws Failure for what can name nobody. */
export function anyIdentifier(text: string): string {
  const address = parseWrittenIpv4(text);
  if (address !== undefined) return formatIpv4(address);
  const isLikeAddress = /^[\d.]*\.[\d./]*$/.test(text.trim());
  const mac = parseHardwareAddress(text);
  if (mac !== undefined) return mac;
  if (isLikeAddress || parseHostName(text) === undefined)
    throw usageFailure(`\`${text}\` cannot name a client.`, IDENTITY_FIX);
  return text.trim();
}

/** One of a closed set. @throws Failure for another one. */
export function oneOf(what: string, text: string, known: readonly string[]): string {
  const found = known.find((one) => one === text.toLowerCase());
  if (found === undefined)
    throw usageFailure(`\`${text}\` is not a valid ${what}.`, `It is one of ${known.join(", ")}.`);
  return found;
}

export function countOf(option: string, text: string, most: number): string {
  if (/^[1-9]\d{0,14}$/.test(text) && Number(text) <= most) return text;
  throw usageFailure(
    `--${option} \`${text}\` is not a valid number.`,
    `Write a whole number from 1 to ${most}.`,
  );
}
