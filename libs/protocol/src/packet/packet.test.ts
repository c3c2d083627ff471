// What is read, what is tolerated and what is refused.
import { expect, test } from "vitest";
import { decode, formatIpv4, type Packet } from "../index.ts";

const COOKIE = [99, 130, 83, 99];

/** A request from a4:bf:01:38:ee:65 with these octets behind the cookie. */
function request(options: readonly number[], change: (bytes: Uint8Array) => void = () => {}): Uint8Array {
  const bytes = new Uint8Array(240 + options.length);
  bytes.set([
    1, 1, 6, 2, 0xde, 0xad, 0xbe, 0xef, 0x01, 0x02, 0x80, 0x00, 10, 0, 0, 1, 10, 0, 0, 2, 10, 0, 0, 3,
  ]);
  bytes.set([255, 0, 0, 4, 0xa4, 0xbf, 0x01, 0x38, 0xee, 0x65], 24);
  bytes.set([...COOKIE, ...options], 236);
  change(bytes);
  return bytes;
}

function packet(bytes: Uint8Array): Packet {
  const decoded = decode(bytes);
  if (!decoded.ok) throw new Error(decoded.failure);
  return decoded.packet;
}

test("fixed fields by their RFC names", () => {
  const { op, htype, hlen, hops, xid, secs, flags, broadcast, chaddr, ...rest } = fields(
    packet(request([255])),
  );
  expect({ op, htype, hlen, hops, xid, secs, flags, broadcast }).toEqual({
    ...{ op: 1, htype: 1, hlen: 6, hops: 2, xid: 0xdeadbeef, secs: 258, flags: 0x8000, broadcast: true },
  });
  expect([...chaddr]).toEqual([0xa4, 0xbf, 0x01, 0x38, 0xee, 0x65]);
  expect(rest).toEqual({ ciaddr: "10.0.0.1", yiaddr: "10.0.0.2", siaddr: "10.0.0.3", giaddr: "255.0.0.4" });
});

function fields(of: Packet) {
  const { op, htype, hlen, hops, xid, secs, flags, broadcast, chaddr } = of;
  const [ciaddr, yiaddr, siaddr, giaddr] = [of.ciaddr, of.yiaddr, of.siaddr, of.giaddr].map(formatIpv4);
  return { op, htype, hlen, hops, xid, secs, flags, broadcast, chaddr, ciaddr, yiaddr, siaddr, giaddr };
}

test.each([
  ["nothing", new Uint8Array(0), "too-short"],
  ["a cut fixed part", request([255]).subarray(0, 235), "too-short"],
  ["no room for a cookie", request([255]).subarray(0, 239), "bad-cookie"],
  ["another cookie", request([255], (bytes) => bytes.fill(0, 236, 240)), "bad-cookie"],
  ["op 0", request([255], (bytes) => bytes.fill(0, 0, 1)), "bad-op"],
  ["op 3", request([255], (bytes) => bytes.fill(3, 0, 1)), "bad-op"],
  ["hlen 17", request([255], (bytes) => bytes.fill(17, 2, 3)), "bad-hlen"],
  ["an option that runs past the end", request([53, 1, 1, 12, 9, 65]), "truncated-option"],
  ["a code without a length", request([53, 1, 1, 12]), "truncated-option"],
  [
    "a lie in an overloaded field",
    request([52, 1, 1, 255], (b) => b.set([12, 200], 108)),
    "truncated-option",
  ],
])("refuses %s", (_, bytes, failure) => {
  expect(decode(bytes)).toEqual({ ok: false, failure });
});

test("tolerates PAD anywhere, a missing END, and whatever is behind END", () => {
  expect(packet(request([0, 53, 1, 1, 0, 0, 61, 2, 9, 9, 0])).codes()).toEqual([53, 61]);
  expect(packet(request([53, 1, 1])).messageType).toBe(1);
  expect(packet(request([])).codes()).toEqual([]);
  expect(packet(request([53, 1, 1, 255, 12, 200])).codes()).toEqual([53]);
});

test.each([
  ["behind the options and PAD", request([53, 1, 1, 0, 255]), true],
  ["nowhere", request([53, 1, 1, 0]), false],
  ["inside of an option only", request([61, 2, 255, 255]), false],
  ["in every overloaded field", request([52, 1, 3, 255], (b) => b.fill(255, 44, 236)), true],
  ["not in the overloaded file", request([52, 1, 1, 255]), false],
  ["not in the overloaded sname", request([52, 1, 2, 255]), false],
])("END stands %s (RFC 2131 §4.1)", (_, bytes, isEnded) => {
  expect(packet(bytes).isEnded).toBe(isEnded);
});

test("any hardware type, with up to 16 octets of address or none (RFC 4390)", () => {
  const infiniband = packet(request([255], (bytes) => bytes.set([32, 0], 1)));
  expect([infiniband.htype, infiniband.chaddr.length]).toEqual([32, 0]);
  expect(packet(request([255], (bytes) => bytes.set([16], 2))).chaddr).toHaveLength(16);
});

test("unknown options are kept as octets", () => {
  const found = packet(request([224, 3, 1, 2, 3, 255]));
  expect([...found.raw(224)!]).toEqual([1, 2, 3]);
  expect([found.has(224), found.has(225), found.raw(225)]).toEqual([true, false, undefined]);
});

test("an empty option is there", () => {
  const found = packet(request([80, 0, 12, 0, 255]));
  expect(found.get("rapidCommit")).toBe(true);
  // A host name has one character or more (RFC 2132 §3.14), and some clients send none.
  expect([found.has(12), found.get("hostName")]).toEqual([true, undefined]);
});

test("an option in parts is one (RFC 3396 §7)", () => {
  const found = packet(request([12, 2, 0x61, 0x62, 53, 1, 3, 12, 1, 0x63, 255]));
  expect(found.get("hostName")).toBe("abc");
  expect([...found.raw(12)!]).toEqual([0x61, 0x62, 0x63]);
  expect(found.codes()).toEqual([12, 53]);
});

test("parts are joined in the order options, file, sname (RFC 3396 §5)", () => {
  const found = packet(
    request([12, 1, 0x61, 52, 1, 3, 255], (bytes) => {
      bytes.set([12, 1, 0x62, 66, 1, 0x74, 255, 9, 9], 108);
      bytes.set([0, 12, 1, 0x63, 52, 1, 0, 255], 44);
    }),
  );
  expect(found.get("hostName")).toBe("abc");
  expect(found.get("tftpServerName")).toBe("t");
  expect([found.sname, found.file]).toEqual(["", ""]);
});

test.each([
  [0, "server", "boot"],
  [1, "server", ""],
  [2, "", "boot"],
  [5, "server", "boot"], // No such value: ignored (RFC 2132 §9.3).
  [7, "server", "boot"],
])("overload %i", (value, sname, file) => {
  const found = packet(
    request([52, 1, value, 255], (bytes) => {
      bytes.set(new TextEncoder().encode("server"), 44);
      bytes.set(new TextEncoder().encode("boot"), 108);
      if (value === 1) bytes.fill(0, 108, 236);
      if (value === 2) bytes.fill(0, 44, 108);
    }),
  );
  expect([found.sname, found.file]).toEqual([sname, file]);
});

test("a field that is full has no NUL", () => {
  const found = packet(request([255], (bytes) => bytes.fill(0x61, 44, 236)));
  expect([found.sname.length, found.file.length]).toEqual([64, 128]);
});

test("the message type is one octet", () => {
  expect(packet(request([53, 1, 8, 255])).messageType).toBe(8);
  expect(packet(request([53, 1, 99, 255])).messageType).toBe(99);
  expect(packet(request([255])).messageType).toBeUndefined();
  expect(packet(request([53, 2, 1, 1, 255])).messageType).toBeUndefined();
  expect(packet(request([53, 1, 1, 53, 1, 3, 255])).messageType).toBeUndefined();
  expect(packet(request([53, 1, 3, 53, 0, 255])).messageType).toBe(3); // RFC 3396: joined, it is one octet.
});

test("a value of a wrong length is no value", () => {
  const found = packet(request([51, 2, 0, 9, 3, 5, 10, 0, 0, 1, 9, 255]));
  expect([found.get("ipAddressLeaseTime"), found.get("routers"), found.get("subnetMask")]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
