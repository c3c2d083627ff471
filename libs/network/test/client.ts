// Clients for tests: a packet as it comes in, and what is known of its sender; and documents that must be right.
import { formatProblem } from "@leasehold/document";
import {
  decode,
  type EncodedOption,
  encode,
  encodeRelayAgent,
  ipv4,
  macBytes,
  type Packet,
  parseIpv4,
  parseMac,
} from "@leasehold/protocol";
import { type ClientFacts, compileNetwork, type Network, readNetwork } from "../src/index.ts";

export const ip = (text: string) => parseIpv4(text)!;
export const octets = (text: string) => new TextEncoder().encode(text);

export interface Sent {
  readonly mac?: string;
  readonly giaddr?: string;
  readonly options?: readonly EncodedOption[];
  /** Sub-options of option 82, as text. */
  readonly agent?: Readonly<Record<number, string>>;
}

export function packetOf({
  mac = "02:00:00:00:00:01",
  giaddr = "0.0.0.0",
  options = [],
  agent,
}: Sent): Packet {
  const bytes = new Uint8Array(1500);
  const subOptions = Object.entries(agent ?? {}).map(([code, text]) => [Number(code), octets(text)] as const);
  const message = {
    ...{ op: 1, htype: 1, hlen: 6, hops: 0, xid: 1, secs: 0, flags: 0 },
    ...{ ciaddr: ipv4(0), yiaddr: ipv4(0), siaddr: ipv4(0), giaddr: ip(giaddr) },
    chaddr: macBytes(parseMac(mac)!),
    options: [
      [53, Uint8Array.of(1)] as const,
      ...options,
      ...(agent ? [[82, encodeRelayAgent(new Map(subOptions))] as const] : []),
    ],
  };
  const decoded = decode(bytes.slice(0, encode(message, bytes, { maximumSize: 1400 })));
  if (!decoded.ok) throw new Error(decoded.failure);
  return decoded.packet;
}

export function clientOf(sent: Sent = {}, more: Partial<ClientFacts> = {}): ClientFacts {
  return { packet: packetOf(sent), mac: parseMac(sent.mac ?? "02:00:00:00:00:01")!, ...more };
}

export function networkOf(text: string, revision = 1): Network {
  const read = readNetwork(text);
  if (!read.ok) throw new Error(read.problems.map(formatProblem).join("\n"));
  return compileNetwork(read.document, revision);
}

/** One line a problem, without the file: `line:column: path: found …`. */
export function problemsOf(text: string): string[] {
  const read = readNetwork(text);
  return read.ok ? [] : read.problems.map(formatProblem);
}
