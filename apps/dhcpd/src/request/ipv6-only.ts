// IPv6-Only Preferred (option 108, RFC 8925): a client that can do without IPv4 is told so, where the network is IPv6-mostly.
// It is where option 108 is configured; its value is V6ONLY_WAIT in seconds.
import type { EncodedOption, Packet } from "@leasehold/protocol";

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
  if (configured === undefined || !asksForIpv6Only(request)) return undefined;
  // RFC 8925 §3.1: the length MUST be 4. §3.3: the configured value, otherwise zero.
  return [IPV6_ONLY_PREFERRED, configured.length === SIZE ? configured : new Uint8Array(SIZE)];
}

/** Whether the client can do without IPv4: it asks for the option (RFC 8925 §3.2). */
export function asksForIpv6Only(request: Packet): boolean {
  return request.hasIn(PARAMETER_REQUEST_LIST, IPV6_ONLY_PREFERRED);
}
