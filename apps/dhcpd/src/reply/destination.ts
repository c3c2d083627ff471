// Where a reply goes (RFC 2131 §4.1, the table in docs/rfc.md).
import { type Ipv4, ipv4, type Packet } from "@leasehold/protocol";
import type { Destination } from "../ports.ts";
import { relayPortOf } from "../relay/relay-information.ts";
import { isEthernetStation } from "../request/station.ts";

const SERVER_PORT = 67;
const CLIENT_PORT = 68;

export interface Reply {
  readonly isNak: boolean;
  /** 0 in a NAK and in the answer to INFORM. */
  readonly yiaddr: Ipv4;
  /** Where the client can be reached by what it has: 0 unless its state says that ciaddr counts (client-state.ts). */
  readonly ciaddr: Ipv4;
}

/** `sourcePort` is where the packet came from: a relay agent that says so is answered there (RFC 8357). */
export function destinationOf(
  request: Packet,
  { isNak, yiaddr, ciaddr }: Reply,
  sourcePort = SERVER_PORT,
): Destination {
  if (request.giaddr !== 0) {
    return { kind: "unicast", address: request.giaddr, port: relayPortOf(request, sourcePort) };
  }
  if (isNak) return { kind: "broadcast" };
  if (ciaddr !== 0) return { kind: "unicast", address: ciaddr, port: CLIENT_PORT };
  const canBeAddressed = yiaddr !== 0 && isEthernetStation(request);
  return request.broadcast || !canBeAddressed
    ? { kind: "broadcast" }
    : { kind: "hardware", address: ipv4(yiaddr) };
}
