// A client's message, encoded and decoded again: what the pure modules of protocol behaviour are handed.
import { decode, type EncodedOption, encode, ipv4, type Message, type Packet } from "@leasehold/protocol";

export const CHADDR = Uint8Array.of(2, 0, 0, 0, 0, 1);

/** As octets, 300 of them unless there is more to say. */
export function messageBytes(fields: Partial<Message>, options: readonly EncodedOption[] = []): Uint8Array {
  const nothing = ipv4(0);
  const message = {
    ...{ op: 1, htype: 1, hlen: 6, hops: 0, xid: 0x11223344, secs: 0, flags: 0, chaddr: CHADDR, options },
    ...{ ciaddr: nothing, yiaddr: nothing, siaddr: nothing, giaddr: nothing },
    ...fields,
  };
  const into = new Uint8Array(1472);
  return into.slice(0, encode(message, into, { maximumSize: into.length }));
}

export function clientMessage(fields: Partial<Message>, options: readonly EncodedOption[] = []): Packet {
  return decodedOrThrow(messageBytes(fields, options));
}

export function decodedOrThrow(bytes: Uint8Array): Packet {
  const decoded = decode(bytes);
  if (!decoded.ok) throw new Error(`not a DHCP message: ${decoded.failure}`);
  return decoded.packet;
}

/** Option 53. */
export const type = (code: number): EncodedOption => [53, Uint8Array.of(code)];
/** Option 55. */
export const asking = (...codes: number[]): EncodedOption => [55, Uint8Array.from(codes)];
