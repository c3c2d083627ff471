// Where a reply goes (RFC 2131 §4.1, the table in docs/rfc.md).
import { type Ipv4, ipv4, type Packet } from "@leasehold/protocol";
import { relayPortOf } from "./relay-information.ts";

export type Destination =
  | { readonly kind: "unicast"; readonly address: Ipv4; readonly port: number }
  | { readonly kind: "broadcast" }
  /** To the hardware address of a client that has no address yet. */
  | { readonly kind: "hardware"; readonly address: Ipv4 };

const SERVER_PORT = 67;
const CLIENT_PORT = 68;
const ETHERNET = 1;

/**
 * `yiaddr` is 0 in a NAK and in the answer to INFORM. `sourcePort` is where the packet came from: a relay agent that says so
 * is answered there (RFC 8357).
 */
export function destinationOf(
  request: Packet,
  yiaddr: Ipv4,
  isNak: boolean,
  sourcePort = SERVER_PORT,
): Destination {
  if (request.giaddr !== 0) {
    return { kind: "unicast", address: request.giaddr, port: relayPortOf(request, sourcePort) };
  }
  if (isNak) return { kind: "broadcast" };
  if (request.ciaddr !== 0) return { kind: "unicast", address: request.ciaddr, port: CLIENT_PORT };
  const canBeAddressed = request.htype === ETHERNET && request.hlen === 6 && yiaddr !== 0;
  return request.broadcast || !canBeAddressed
    ? { kind: "broadcast" }
    : { kind: "hardware", address: ipv4(yiaddr) };
}
