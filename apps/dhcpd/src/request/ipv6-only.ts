// IPv6-Only Preferred (option 108, RFC 8925): a client that can do without IPv4 asks for it.
import type { Packet } from "@leasehold/protocol";

export const IPV6_ONLY_PREFERRED = 108;
export const PARAMETER_REQUEST_LIST = 55;

/** Whether the client can do without IPv4: it asks for the option (RFC 8925 §3.2). */
export function asksForIpv6Only(request: Packet): boolean {
  return request.hasIn(PARAMETER_REQUEST_LIST, IPV6_ONLY_PREFERRED);
}
