// BOOTP clients (RFC 951, 1542): what a request without option 53 gets of a DHCP server (RFC 1534 §2). One request, one
// reply: the address in the reply is bound, and the client takes it for ever.
import {
  type EncodedOption,
  encode,
  type Ipv4,
  type Message,
  OptionCode,
  type Packet,
  payloadLimit,
} from "@leasehold/protocol";
import { NEVER_FOR_BOOTP } from "./features.ts";

/** RFC 951 §3: the fixed fields and a vendor area of 64 octets; a client may have room for no more. */
const MESSAGE_SIZE = 300;
const VENDOR_AREA_AT = 236;
/** The fixed fields, the cookie, and END. */
const FRAMING_SIZE = VENDOR_AREA_AT + 4 + 1;
const COOKIE = [99, 130, 83, 99];
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
  ...[
    OptionCode.requestedIpAddress,
    OptionCode.ipAddressLeaseTime,
    OptionCode.overload,
    OptionCode.messageType,
    OptionCode.serverIdentifier,
    OptionCode.parameterRequestList,
    OptionCode.message,
    OptionCode.maximumMessageSize,
    OptionCode.renewalTime,
    OptionCode.rebindingTime,
  ],
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
  const relay = options.find(([code]) => code === OptionCode.relayAgentInformation);
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
