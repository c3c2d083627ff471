// BOOTP clients (RFC 951, 1542): what a request without option 53 gets of a DHCP server (RFC 1534 §2). One request, one
// reply: the address in the reply is bound, and the client takes it for ever.
import {
  type EncodedOption,
  encode,
  type Ipv4,
  type Message,
  Packet,
  payloadLimit,
} from "@leasehold/protocol";
import { NEVER_FOR_BOOTP } from "./features.ts";

/** RFC 1534 §2: automatic addresses are given only when an administrator has decided so. */
export type BootpPolicy = "off" | "static" | "dynamic";

/** RFC 951 §3: the fixed fields and a vendor area of 64 octets; a client may have room for no more. */
const MESSAGE_SIZE = 300;
const VENDOR_AREA_AT = 236;
/** The fixed fields, the cookie, and END. */
const FRAMING_SIZE = VENDOR_AREA_AT + 4 + 1;
const COOKIE = [99, 130, 83, 99];
const MESSAGE_TYPE = 53;
const MAXIMUM_MESSAGE_SIZE = 57;
const RELAY_AGENT_INFORMATION = 82;
/** RFC 2131 §3.3. */
export const INFINITE_SECONDS = 0xffffffff;

/** RFC 1534 §2: a message without option 53 is assumed to come from a BOOTP client. One that is malformed has it. */
export function isBootpRequest(packet: Packet): boolean {
  return packet.op === 1 && !packet.has(MESSAGE_TYPE);
}

/**
 * A request as RFC 951 has it, with a vendor area in a format of its own: what `decode` refused as "bad-cookie". It has no
 * options. Undefined when it is no BOOTREQUEST.
 */
export function decodeWithoutCookie(bytes: Uint8Array): Packet | undefined {
  if (bytes.length < VENDOR_AREA_AT || bytes[0] !== 1 || bytes[2]! > 16) return undefined;
  return new Packet(bytes, []);
}

/** Why a BOOTP client hears nothing; each is a metric's label. */
export type BootpRefusal =
  | "bootp-not-served"
  | "bootp-not-reserved"
  | "bootp-too-short"
  | "bootp-for-another-server";

export interface BootpCircumstances {
  readonly policy: BootpPolicy;
  /** Whether a request without the filling up to 300 octets is put up with. */
  readonly isShortTaken?: boolean;
  /** The administrator has given the client an address. */
  readonly isReserved: boolean;
  /** By which the client may ask for this server (sname): the node's name, and the one that replies carry. */
  readonly serverNames: readonly string[];
}

/** `seconds`: for how long the binding is stored; undefined means the times of the subnet. */
export type BootpAnswer =
  | { readonly refused: BootpRefusal }
  | { readonly refused?: undefined; readonly seconds: number | undefined };

/** Whether a BOOTP request is answered, by the policy of its subnet. */
export function bootpAnswer(request: Packet, circumstances: BootpCircumstances): BootpAnswer {
  const { policy, isShortTaken = true, isReserved, serverNames } = circumstances;
  // RFC 1534 §2: a server that is not configured to support BOOTP clients silently discards the request.
  if (policy === "off") return { refused: "bootp-not-served" };
  // RFC 1542 §2.1: messages that are shorter than 300 octets MUST be silently discarded. Boot ROMs send them.
  if (request.bytes.length < MESSAGE_SIZE && !isShortTaken) return { refused: "bootp-too-short" };
  if (namesAnother(request.sname, serverNames)) return { refused: "bootp-for-another-server" };
  // A reservation is the client's as long as it is in the inventory, so its record may end as all others do.
  if (isReserved) return { seconds: undefined };
  // RFC 1534 §2: the server must assign an infinite lease duration to automatic addresses.
  return policy === "dynamic" ? { seconds: INFINITE_SECONDS } : { refused: "bootp-not-reserved" };
}

/** RFC 951 §7.3: sname may say which server is meant. */
function namesAnother(sname: string, names: readonly string[]): boolean {
  return sname !== "" && !names.some((name) => name.toLowerCase() === sname.toLowerCase());
}

/**
 * An ACK made into a BOOTREPLY for `request`. RFC 1534 §2: no option 53, and not larger than a BOOTP message may be, so
 * that options are left out, the last ones first; those that only DHCP clients understand are left out at once.
 */
export function bootpReply(
  ack: Message,
  request: Packet,
  serverAddress: Ipv4,
  onOmitted?: (code: number) => void,
): Message {
  const file = ack.file || request.file;
  return {
    ...ack,
    // RFC 1542 §5.3: ciaddr SHOULD exactly match that of the request. §5.4: so MUST the broadcast flag.
    ciaddr: request.ciaddr,
    flags: request.flags,
    // RFC 951 §7.3: "Place my (server) IP address in the 'siaddr' field."
    siaddr: ack.siaddr === 0 ? serverAddress : ack.siaddr,
    // RFC 951 §7.3: the file asked for stays where we have none to name instead.
    ...(file === "" ? {} : { file }),
    options: fitting(ack.options, sizeLimit(request) - FRAMING_SIZE, onOmitted),
  };
}

/** What RFC 2132 §9 calls DHCP extensions, but for 60, 66 and 67; and answers to what only DHCP clients ask for. */
const FOR_DHCP_ONLY: ReadonlySet<number> = new Set([
  ...[50, 51, 52, MESSAGE_TYPE, 54, 55, 56, MAXIMUM_MESSAGE_SIZE, 58, 59],
  ...NEVER_FOR_BOOTP,
]);

/** Those that stay, as many as go into `room` octets. So none is put into sname or file, which BOOTP knows no way to say. */
function fitting(
  options: readonly EncodedOption[],
  room: number,
  onOmitted: ((code: number) => void) | undefined,
): EncodedOption[] {
  const sizeOf = (value: Uint8Array) => value.length + 2 * Math.max(1, Math.ceil(value.length / 255));
  // RFC 3046 §2.2: a relay agent waits for its option, so this one goes before all others.
  const relay = options.find(([code]) => code === RELAY_AGENT_INFORMATION);
  let left = room;
  const kept: EncodedOption[] = [];
  for (const option of relay === undefined ? options : [relay, ...options.filter((one) => one !== relay)]) {
    if (FOR_DHCP_ONLY.has(option[0])) continue;
    const size = sizeOf(option[1]);
    if (size > left) {
      onOmitted?.(option[0]);
      continue;
    }
    left -= size;
    kept.push(option);
  }
  return kept;
}

function sizeLimit(request: Packet): number {
  // 0 says nothing.
  return request.get("maximumMessageSize") ? payloadLimit(request) : MESSAGE_SIZE;
}

/** Writes a `bootpReply` into `into` and returns its length: 300 octets, unless option 57 of the request allows for more. */
export function encodeBootp(reply: Message, request: Packet, into: Uint8Array): number {
  const length = encode(reply, into, { maximumSize: sizeLimit(request) });
  if (hasCookie(request)) return length;
  // RFC 951 §7.3: an answer goes into the vendor area when the data there is of a recognized type. This one is not, so
  // the client gets back what it wrote, as ISC dhcpd does.
  into.fill(0, VENDOR_AREA_AT, MESSAGE_SIZE);
  into.set(request.bytes.subarray(VENDOR_AREA_AT, MESSAGE_SIZE), VENDOR_AREA_AT);
  return MESSAGE_SIZE;
}

function hasCookie({ bytes }: Packet): boolean {
  return COOKIE.every((octet, index) => bytes[VENDOR_AREA_AT + index] === octet);
}
