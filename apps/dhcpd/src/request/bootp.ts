// BOOTP requests (RFC 951, 1542): whether what comes without option 53 is answered, by the policy of its subnet (RFC 1534 §2). One
// request, one reply: the address in the reply is bound, and the client takes it for ever.
import { INFINITE_SECONDS, OptionCode, Packet } from "@leasehold/protocol";

/** RFC 951 §3: the fixed fields and a vendor area of 64 octets. */
const MESSAGE_SIZE = 300;
const VENDOR_AREA_AT = 236;

/** RFC 1534 §2: automatic addresses are given only when an administrator has decided so. */
export type BootpPolicy = "off" | "static" | "dynamic";

/** RFC 1534 §2: a message without option 53 is assumed to come from a BOOTP client. One that is malformed has it. */
export function isBootpRequest(packet: Packet): boolean {
  return packet.op === 1 && !packet.has(OptionCode.messageType);
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
