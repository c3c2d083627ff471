import { parseIpv4 } from "@leasehold/protocol";
import { expect, test } from "vitest";
import { echoReplySource, writeEchoRequest } from "./icmp-echo.ts";

const SOURCE = parseIpv4("10.99.0.5")!;

/** An IPv4 datagram around an ICMP message, with options in its header if `headerSize` is over 20. */
function datagram(icmp: Buffer, headerSize = 20, protocol = 1): Buffer {
  const header = Buffer.alloc(headerSize);
  header[0] = 0x40 | (headerSize / 4);
  header[9] = protocol;
  header.writeUInt32BE(SOURCE, 12);
  return Buffer.concat([header, icmp]);
}

const request = Buffer.alloc(24);
writeEchoRequest(request, 0x1234, 7);
const reply = Buffer.from(request);
reply[0] = 0;

test("a request has type 8, identifier, sequence and a checksum that adds up (RFC 792, 1071)", () => {
  expect([request[0], request[1], request.readUInt16BE(4), request.readUInt16BE(6)]).toEqual([
    8, 0, 0x1234, 7,
  ]);
  let sum = 0;
  for (let at = 0; at < 24; at += 2) sum += request.readUInt16BE(at);
  expect((sum & 0xffff) + (sum >>> 16)).toBe(0xffff);
});

test("a reply to us tells who is there", () => {
  expect(echoReplySource(datagram(reply), 0x1234)).toBe(SOURCE);
  expect(echoReplySource(datagram(reply, 24), 0x1234)).toBe(SOURCE);
});

test("another's reply, our request, other protocols and cut datagrams tell nothing", () => {
  const others = [
    echoReplySource(datagram(reply), 0x1235),
    echoReplySource(datagram(request), 0x1234),
    echoReplySource(datagram(reply, 20, 17), 0x1234),
    echoReplySource(datagram(reply).subarray(0, 27), 0x1234),
    echoReplySource(Buffer.alloc(28), 0x1234),
    echoReplySource(Buffer.alloc(0), 0x1234),
  ];
  expect(others).toEqual(new Array(6).fill(undefined));
});
