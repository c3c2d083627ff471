import { expect, test } from "vitest";
import {
  clientIdBytes,
  clientIdFromBytes,
  clientIdOfHardware,
  formatIpv4,
  formatPrefix,
  ipv4,
  macBytes,
  macFromBytes,
  maskOf,
  parseIpv4,
  parseMac,
  parsePrefix,
  seconds,
} from "../index.ts";

test.each([
  ["10.77.0.1", 0x0a4d0001],
  ["0.0.0.0", 0],
  ["255.255.255.255", 0xffffffff],
  ["10.0.0.300", undefined],
  ["10.0.0", undefined],
  ["10.0.0.1.2", undefined],
  ["10.0.0.01", undefined], // Octal to inet_aton, decimal to others: refused.
  ["10.0.0.1 ", undefined],
  ["10.0.0.-1", undefined],
  ["10.0.0.", undefined],
  ["", undefined],
])("parseIpv4(%j) is %j", (text, address) => {
  expect(parseIpv4(text)).toBe(address);
});

test("addresses are unsigned, and print as they parse", () => {
  expect(ipv4(-1)).toBe(0xffffffff);
  expect(formatIpv4(ipv4(0xfffefdfc))).toBe("255.254.253.252");
});

test.each([
  ["10.77.0.0/16", "10.77.0.0", "255.255.0.0", "10.77.255.255"],
  ["10.77.0.4/31", "10.77.0.4", "255.255.255.254", "10.77.0.5"],
  ["10.77.0.5/32", "10.77.0.5", "255.255.255.255", "10.77.0.5"],
  ["0.0.0.0/0", "0.0.0.0", "0.0.0.0", "255.255.255.255"],
])("parsePrefix(%j)", (text, address, mask, broadcast) => {
  const prefix = parsePrefix(text)!;
  expect([prefix.address, prefix.mask, prefix.broadcast].map(formatIpv4)).toEqual([address, mask, broadcast]);
  expect(formatPrefix(prefix)).toBe(text);
});

test.each(["10.77.0.1/16", "10.77.0.0/33", "10.77.0.0", "10.77.0.0/", "10.77.0.0/1a", "/16", "10.77/16"])(
  "%j is no prefix",
  (text) => expect(parsePrefix(text)).toBeUndefined(),
);

test("a mask of any length", () => {
  expect([0, 1, 8, 31, 32].map((length) => formatIpv4(maskOf(length)))).toEqual([
    "0.0.0.0",
    "128.0.0.0",
    "255.0.0.0",
    "255.255.255.254",
    "255.255.255.255",
  ]);
});

test.each(["a4:bf:01:38:ee:65", "A4-BF-01-38-EE-65", "a4bf.0138.ee65", "a4bf0138EE65"])(
  "%j is a hardware address",
  (text) => expect(parseMac(text)).toBe("a4:bf:01:38:ee:65"),
);

test.each(["a4:bf:01:38:ee", "a4:bf:01:38:ee:6g", "a4:bf:01:38:ee:65:00", "a4bf:0138:ee65", ""])(
  "%j is no hardware address",
  (text) => expect(parseMac(text)).toBeUndefined(),
);

test("identities are hex text of their octets", () => {
  const chaddr = macBytes(parseMac("a4:bf:01:38:ee:65")!);
  expect(clientIdOfHardware(1, chaddr)).toBe("01a4bf0138ee65");
  expect(clientIdFromBytes(Uint8Array.of(0, 255, 16))).toBe("00ff10");
  expect(clientIdBytes(clientIdFromBytes(Uint8Array.of(0, 255, 16)))).toEqual(Uint8Array.of(0, 255, 16));
  expect(macFromBytes(chaddr)).toBe("a4:bf:01:38:ee:65");
  // IPoIB has no hardware address in chaddr (RFC 4390 §2.1).
  expect(macFromBytes(new Uint8Array(0))).toBe("");
});

test("seconds are whole and fit the wire", () => {
  expect(seconds(0xffffffff)).toBe(0xffffffff);
  for (const wrong of [-1, 1.5, 2 ** 32, Number.NaN]) expect(() => seconds(wrong)).toThrow(RangeError);
});
