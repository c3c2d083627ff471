// A message to be encoded, in the names and units of RFC 2131 §2.

import type { Ipv4 } from "../values/values.ts";
import type { Packet } from "./packet.ts";

/** RFC 2131 §4.1. */
export const DhcpPort: { readonly server: number; readonly client: number } = { server: 67, client: 68 };

/** An option ready to be sent: its code (1–254) and its octets, of any length. */
export type EncodedOption = readonly [code: number, value: Uint8Array];

export interface Message {
  readonly op: number;
  readonly htype: number;
  readonly hlen: number;
  readonly hops: number;
  readonly xid: number;
  readonly secs: number;
  readonly flags: number;
  readonly ciaddr: Ipv4;
  readonly yiaddr: Ipv4;
  readonly siaddr: Ipv4;
  readonly giaddr: Ipv4;
  /** At most 16 octets count; `hlen` is not derived from it. */
  readonly chaddr: Uint8Array;
  /** Up to 63 octets of text; a longer name is sent as option 66. */
  readonly sname?: string | undefined;
  /** Up to 127 octets of text; a longer name is sent as option 67. */
  readonly file?: string | undefined;
  /**
   * In the order of sending, the most wanted first, each code once. 82 goes last wherever it stands; 0, 52 and 255
   * belong to the encoder and are passed over.
   */
  readonly options: readonly EncodedOption[];
}

/** A packet as a message that encodes to the same again, with its options joined and out of sname and file. */
export function messageOf(packet: Packet): Message {
  const { op, htype, hlen, hops, xid, secs, flags, ciaddr, yiaddr, siaddr, giaddr, chaddr, sname, file } =
    packet;
  const options = packet.codes().map((code): EncodedOption => [code, packet.raw(code)!]);
  return {
    ...{ op, htype, hlen, hops, xid, secs, flags, ciaddr, yiaddr, siaddr, giaddr, chaddr, options },
    ...(sname === "" ? {} : { sname }),
    ...(file === "" ? {} : { file }),
  };
}
