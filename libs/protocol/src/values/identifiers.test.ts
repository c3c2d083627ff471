// Field report 6: an identifier is read, whatever its spelling, and what cannot be one is told apart from what is not there.
import { expect, test } from "vitest";
import {
  isCalled,
  parseAddressOrPrefix,
  parseClientId,
  parseHardwareAddress,
  parseHostName,
  prefixHolds,
} from "./identifiers.ts";
import { formatPrefix, parseIpv4, parseMac } from "./values.ts";

test.each([
  "92:fd:ce:0b:c9:fa",
  "92:FD:CE:0B:C9:FA",
  "92-fd-ce-0b-c9-fa",
  "92fd.ce0b.c9fa",
  "92FDCE0BC9FA",
  "92:fd:ce:b:c9:fa",
  " 92 fd ce 0b c9 fa ",
  "92%3Afd%3Ace%3A0b%3Ac9%3Afa",
])("field report 6: %s is a hardware address", (text) => {
  expect(parseHardwareAddress(text)).toBe("92:fd:ce:0b:c9:fa");
});

test("field report 6: longer hardware addresses, and what is none", () => {
  expect(parseHardwareAddress("02-00-00-FF-FE-00-00-01")).toBe("02:00:00:ff:fe:00:00:01");
  expect(parseHardwareAddress("80".repeat(20))).toBe(Array(20).fill("80").join(":"));
  for (const text of ["", "alice", "92:fd:ce:0b:c9", "92:fd:ce:0b:c9:fg", "92fdce0bc9f", "%zz", "10.0.0.1"])
    expect(parseHardwareAddress(text), text).toBeUndefined();
});

test("field report 6: a document and an inventory may leave leading zeros out, too", () => {
  expect(parseMac("0:1b:21:3:4:5")).toBe("00:1b:21:03:04:05");
  expect(parseMac("0:1b:21:3:4")).toBeUndefined();
});

test("field report 6: the identity of a client", () => {
  for (const text of ["01a4bf0138ee65", "0x01A4BF0138EE65", "01:a4:bf:01:38:ee:65", "1-a4-bf-1-38-ee-65"])
    expect(parseClientId(text), text).toBe("01a4bf0138ee65");
  for (const text of ["", "0", "abc", "01a4bz", "00".repeat(256)])
    expect(parseClientId(text), text).toBeUndefined();
});

test("field report 6: an address is a prefix of itself; host bits are refused", () => {
  expect(formatPrefix(parseAddressOrPrefix("10.77.16.1")!)).toBe("10.77.16.1/32");
  const prefix = parseAddressOrPrefix("10.77.16.0/24")!;
  expect(prefixHolds(prefix, parseIpv4("10.77.16.255")!)).toBe(true);
  expect(prefixHolds(prefix, parseIpv4("10.77.17.0")!)).toBe(false);
  for (const text of ["10.77.21.300", "10.77.16.1/24", "10.77.16", "010.77.16.1", "10.0.0.0/33", "::1"])
    expect(parseAddressOrPrefix(text), text).toBeUndefined();
});

test("field report 6: host names are compared without regard to case and to the dot at the end", () => {
  const asked = parseHostName("C1.")!;
  expect(["c1", "C1", "c1.example.org", "c10", "x.c1", null].map((name) => isCalled(asked, name))).toEqual([
    ...[true, true, true],
    ...[false, false, false],
  ]);
  for (const text of ["", ".", "two words", "a/b", "n".repeat(254)])
    expect(parseHostName(text)).toBeUndefined();
});
