import { type Mac, parseIpv4 } from "@leasehold/protocol";
import { expect, test } from "vitest";
import { arpSender, writeArpAnnouncement, writeArpProbe } from "./arp.ts";

const MAC = Uint8Array.of(2, 0, 0, 0, 0, 1);
const X = parseIpv4("10.9.0.7")!;

test("a probe is broadcast, with no sender IP (MUST) and no target MAC (RFC 5227 §2.1.1)", () => {
  const frame = Buffer.alloc(64, 0xee);
  expect(writeArpProbe(frame, MAC, X)).toBe(60);
  expect(frame.toString("hex", 0, 42)).toBe(
    ["ffffffffffff", "020000000001", "0806", "0001080006040001", "020000000001", "00000000"].join("") +
      ["000000000000", "0a090007"].join(""),
  );
  expect([...frame.subarray(42, 61)]).toEqual([...new Array(18).fill(0), 0xee]);
});

test("an announcement is the same with the address as the sender's, too (RFC 5227 §2.3)", () => {
  const frame = Buffer.alloc(64, 0xee);
  expect(writeArpAnnouncement(frame, "02:00:00:00:00:01" as Mac, X)).toBe(60);
  expect(frame.toString("hex", 0, 42)).toBe(
    ["ffffffffffff", "020000000001", "0806", "0001080006040001", "020000000001", "0a090007"].join("") +
      ["000000000000", "0a090007"].join(""),
  );
  expect(arpSender(frame)).toEqual({ address: X, mac: "02:00:00:00:00:01" });
});

// Answers of a Linux host (7a:7f:37:86:8c:77 asked) and what it says of itself when it comes up.
const reply = Buffer.from(
  "7a7f37868c777afea1b3ad55080600010800060400027afea1b3ad550a0900077a7f37868c7700000000",
  "hex",
);

test("the sender of a reply, or of a request, says what it has", () => {
  expect(arpSender(reply)).toEqual({ address: X, mac: "7a:fe:a1:b3:ad:55" });
  const announcement = Buffer.from(reply);
  announcement[21] = 1;
  expect(arpSender(announcement)).toEqual({ address: X, mac: "7a:fe:a1:b3:ad:55" });
});

test("a probe, a cut frame and other protocols say nothing", () => {
  const probe = Buffer.alloc(60);
  writeArpProbe(probe, MAC, X);
  const vlan = Buffer.from(reply);
  vlan.writeUInt16BE(0x8100, 12);
  const infiniband = Buffer.from(reply);
  infiniband.writeUInt16BE(32, 14);
  expect([probe, reply.subarray(0, 41), vlan, infiniband, Buffer.alloc(0)].map(arpSender)).toEqual(
    new Array(5).fill(undefined),
  );
});
