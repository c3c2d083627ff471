// What clients send, as perfdhcp sends it through a relay: option 82, option 61, seven wanted options.
import { type EncodedOption, encode, encodeOption, type Ipv4, ipv4, parseIpv4 } from "@leasehold/protocol";
import { RELAY } from "./document.ts";

const giaddr = parseIpv4(RELAY)!;
const WANTED: EncodedOption = [55, Uint8Array.of(1, 28, 2, 3, 15, 6, 12)];
const AGENT: EncodedOption = [82, Uint8Array.of(1, 4, 0, 0, 0, 1, 2, 6, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff)];

export function macOf(client: number): Uint8Array {
  return Uint8Array.of(0, 12, 1, client >>> 16, client >>> 8, client);
}

export function discover(client: number, xid: number): Buffer {
  return packet(client, xid, [[53, Uint8Array.of(1)], WANTED]);
}

export function request(client: number, xid: number, address: Ipv4, server: Ipv4): Buffer {
  const asked: EncodedOption[] = [
    [50, encodeOption("requestedIpAddress", address)],
    [54, encodeOption("serverIdentifier", server)],
  ];
  return packet(client, xid, [[53, Uint8Array.of(3)], ...asked, WANTED]);
}

export function renewal(client: number, xid: number, address: Ipv4): Buffer {
  return packet(client, xid, [[53, Uint8Array.of(3)], WANTED], address);
}

function packet(client: number, xid: number, options: readonly EncodedOption[], ciaddr = ipv4(0)): Buffer {
  const chaddr = macOf(client);
  const identifier: EncodedOption = [61, Uint8Array.of(1, ...chaddr)];
  const isRelayed = ciaddr === 0;
  const message = {
    ...{ op: 1, htype: 1, hlen: 6, hops: isRelayed ? 1 : 0, xid, secs: 0, flags: 0, ciaddr, chaddr },
    ...{ yiaddr: ipv4(0), siaddr: ipv4(0), giaddr: isRelayed ? giaddr : ipv4(0) },
    options: [...options, identifier, ...(isRelayed ? [AGENT] : [])],
  };
  const into = Buffer.alloc(548);
  return into.subarray(0, encode(message, into));
}
