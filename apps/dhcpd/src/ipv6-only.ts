// IPv6-Only Preferred (option 108, RFC 8925): a client that can do without IPv4 is told so, where the network is IPv6-mostly.
// It is where option 108 is configured; its value is V6ONLY_WAIT in seconds.
import { type EncodedOption, MessageType, type Packet } from "@leasehold/protocol";

const IPV6_ONLY_PREFERRED = 108;
const PARAMETER_REQUEST_LIST = 55;
const SIZE = 4;

/**
 * What an OFFER or ACK says of it; undefined where it must say nothing. RFC 8925 §3.3: MUST NOT be there unless the pool is
 * configured so and option 55 asks for it; MUST be there when both are so.
 */
export function ipv6OnlyOption(
  request: Packet,
  options: ReadonlyMap<number, Uint8Array>,
): EncodedOption | undefined {
  const configured = options.get(IPV6_ONLY_PREFERRED);
  if (configured === undefined || !asksForIt(request)) return undefined;
  // RFC 8925 §3.1: the length MUST be 4. §3.3: the configured value, otherwise zero.
  return [IPV6_ONLY_PREFERRED, configured.length === SIZE ? configured : new Uint8Array(SIZE)];
}

function asksForIt(request: Packet): boolean {
  return request.raw(PARAMETER_REQUEST_LIST)?.includes(IPV6_ONLY_PREFERRED) === true;
}

/**
 * RFC 8925 §3.3: the server SHOULD NOT assign an address from the pool; it SHOULD return 0.0.0.0 as the offered address. A
 * DHCPREQUEST for an address is processed as ever.
 */
export function offersNoAddress(request: Packet, options: ReadonlyMap<number, Uint8Array>): boolean {
  return request.messageType === MessageType.DISCOVER && ipv6OnlyOption(request, options) !== undefined;
}
