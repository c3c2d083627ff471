// The npm package `dhcp` as an oracle: where it can read a packet, it reads what we read, and it reads what we write.
// It cannot read: option 82 and whatever else its table lacks, PAD between options, hardware other than Ethernet, overload,
// split options. It cuts option 61 at a NUL, and reads 119, 121 and 249 as what they are not. Those are left out here.

import {
  decode,
  type EncodedOption,
  encode,
  encodeOption,
  formatIpv4,
  type Ipv4,
  ipv4,
  type Message,
  macFromBytes,
  optionByCode,
  type Packet,
} from "@leasehold/protocol";
import options from "dhcp/lib/options.js";
import protocol, { type OraclePacket } from "dhcp/lib/protocol.js";
import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { readCorpus } from "./fuzz/corpus.ts";

const table = Object.entries(options.opts)
  .map(([code, row]) => ({ code: Number(code), ...row }))
  .filter(({ code }) => code < 255);

/** Its types against our shapes; a list of ours may be one value of its. */
const SHAPES: Readonly<Record<string, readonly string[]>> = {
  IP: ["ipv4", "ipv4s"],
  IPs: ["ipv4s", "ipv4Pairs"],
  UInt8: ["u8", "boolean"],
  UInt16: ["u16"],
  UInt32: ["u32"],
  Int32: ["i32"],
  UInt16s: ["u16s"],
  UInt8s: ["u8s"],
  ASCII: ["text"],
  Bool: ["boolean", "flag"],
};
/** Where its table is wrong, and why ours is right. */
const ITS_FAULTS: Readonly<Record<number, string>> = {
  43: "opaque octets: a vendor's own (RFC 2132 §8.4)",
  61: "opaque octets: text would end at a NUL (RFC 2132 §9.14)",
  68: "addresses, not text (RFC 2132 §8.13)",
  95: "an LDAP URL, not addresses (RFC 3679)",
  119: "names in wire form (RFC 3397)",
  121: "routes, not addresses (RFC 3442)",
  208: "an opaque constant; 4 octets either way (RFC 5071 §3)",
  249: "routes, not text",
};

test.each(table)("its row $code, $name, is in our table with the same shape", ({ code, type }) => {
  const ours = optionByCode(code);
  expect(ours).toBeDefined();
  if (ITS_FAULTS[code] === undefined) expect(SHAPES[type]).toContain(ours!.shape);
  else expect(SHAPES[type] ?? []).not.toContain(ours!.shape);
});

test.each(table)("its name of $code, $name, has a word of ours", ({ code, name }) => {
  const words = (text: string): string[] => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const ours = words(optionByCode(code)!.name.replaceAll(/[A-Z]/g, " $&")).map(stem);
  const its = words(name).map(stem);
  expect(its.some((word) => ours.some((one) => one.startsWith(word) || word.startsWith(one)))).toBe(true);
});

function stem(word: string): string {
  return word.replace(/s$/, "");
}

/** What it reads in the same octets. It reports what it does not know on the console. */
function oracle(bytes: Uint8Array): OraclePacket {
  const quiet = vi.spyOn(console, "error").mockImplementation(() => {});
  try {
    return protocol.parse(Buffer.from(bytes));
  } finally {
    quiet.mockRestore();
  }
}

function packet(bytes: Uint8Array): Packet {
  const decoded = decode(bytes);
  if (!decoded.ok) throw new Error(decoded.failure);
  return decoded.packet;
}

/** Codes that it can read and write: its "Bool" has no octets, which holds for option 80 alone. */
const readable = table.filter(
  ({ code, type }) => !ITS_FAULTS[code] && code !== 52 && (type !== "Bool" || code === 80),
);

/** Our reading of a packet, as it would put it. */
function asOracle(ours: Packet): OraclePacket {
  const { op, htype, hlen, hops, xid, secs, flags, sname, file } = ours;
  const addresses = { ciaddr: ours.ciaddr, yiaddr: ours.yiaddr, siaddr: ours.siaddr, giaddr: ours.giaddr };
  const [ciaddr, yiaddr, siaddr, giaddr] = Object.values(addresses).map(formatIpv4) as [
    string,
    string,
    string,
    string,
  ];
  const chaddr = macFromBytes(ours.chaddr).toUpperCase().replaceAll(":", "-");
  const values = readable
    .filter(({ code }) => ours.has(code))
    .map(({ code, type }) => [code, valueAs(ours, code, type)]);
  return {
    ...{ op, htype, hlen, hops, xid, secs, flags, ciaddr, yiaddr, siaddr, giaddr, chaddr, sname, file },
    options: Object.fromEntries(values) as Record<number, unknown>,
  };
}

function valueAs(ours: Packet, code: number, type: string): unknown {
  const value: unknown = ours.get(optionByCode(code)!.name);
  if (type === "UInt8") return Number(value);
  if (type === "IP") return formatIpv4([value as Ipv4].flat()[0]!);
  return type === "IPs" ? (value as Ipv4[]).flat().map(formatIpv4) : value;
}

function withReadable(its: OraclePacket): OraclePacket {
  const options = Object.fromEntries(
    readable.map(({ code }) => [code, its.options[code]]).filter(([, value]) => value !== undefined),
  );
  return { ...its, options };
}

// The others have PAD between options, overload, split options or other hardware, or are no DHCP.
const SEEN = readCorpus().filter(
  ({ name }) =>
    !/^(padded|overloaded|split|truncated|ipoib|leasequery|bootp-no|everything|relay-sub)/.test(name),
);

test.each(SEEN.map(({ name, bytes }) => [name, bytes] as const))("it reads %s as we do", (_, bytes) => {
  expect(withReadable(oracle(bytes))).toMatchObject(asOracle(packet(bytes)));
});

const u8 = fc.integer({ min: 0, max: 255 });
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const address = u32.map(ipv4);
const ascii = (maxLength: number) =>
  fc
    .array(fc.integer({ min: 0x20, max: 0x7e }), { minLength: 1, maxLength })
    .map((codes) => String.fromCharCode(...codes));
const VALUES: Readonly<Record<string, (code: number) => fc.Arbitrary<unknown>>> = {
  IP: (code) => (optionByCode(code)!.shape === "ipv4" ? address : address.map((one) => [one])),
  IPs: (code) => {
    const item: fc.Arbitrary<unknown> =
      optionByCode(code)!.shape === "ipv4Pairs" ? fc.tuple(address, address) : address;
    return fc.array(item, { minLength: 1, maxLength: 5 });
  },
  UInt8: (code) => (optionByCode(code)!.shape === "boolean" ? fc.boolean() : u8),
  UInt16: () => fc.integer({ min: 0, max: 0xffff }),
  UInt32: () => u32,
  Int32: () => fc.integer({ min: -0x80000000, max: 0x7fffffff }),
  UInt16s: () => fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 1, maxLength: 9 }),
  UInt8s: () => fc.array(u8, { minLength: 1, maxLength: 40 }),
  ASCII: () => ascii(40),
  Bool: () => fc.constant(true),
};

const option = fc
  .constantFrom(...readable)
  .chain(({ code, type }) =>
    VALUES[type]!(code).map((value): EncodedOption => [code, encodeOption(optionByCode(code)!.name, value)]),
  );
const message = fc
  .record({
    ...{
      op: fc.constantFrom(1, 2),
      hops: u8,
      xid: u32,
      secs: fc.integer({ min: 0, max: 0xffff }),
      flags: fc.constantFrom(0, 0x8000),
    },
    ...{
      ciaddr: address,
      yiaddr: address,
      siaddr: address,
      giaddr: address,
      sname: ascii(63),
      file: ascii(127),
    },
    chaddr: fc.uint8Array({ minLength: 6, maxLength: 6 }),
    options: fc.uniqueArray(option, { selector: ([code]) => code, maxLength: 20 }),
  })
  .map((fields): Message => ({ ...fields, htype: 1, hlen: 6 }));

test("it reads what we write as we do, and we read what it writes", () => {
  fc.assert(
    fc.property(message, (sent) => {
      const into = new Uint8Array(1500);
      const written = into.subarray(0, encode(sent, into, { maximumSize: into.length }));
      const its = oracle(written);
      expect(withReadable(its)).toMatchObject(asOracle(packet(written)));
      const back = protocol.format(withReadable(its));
      const ours = packet(back._data.subarray(0, back._w));
      expect(asOracle(ours)).toEqual(asOracle(packet(written)));
      for (const [code, value] of sent.options) expect([...ours.raw(code)!]).toEqual([...value]);
    }),
  );
});

test("what it cannot do, we can: PAD, option 82, other hardware, a NUL in option 61", () => {
  const padded = readCorpus().find(({ name }) => name === "padded-discover")!.bytes;
  const relayed = readCorpus().find(({ name }) => name === "perfdhcp-relayed-discover")!.bytes;
  const infiniband = readCorpus().find(({ name }) => name === "ipoib-discover")!.bytes;
  expect(() => oracle(padded)).toThrow();
  expect(packet(padded).messageType).toBe(1);
  expect([oracle(relayed).options[82], packet(relayed).raw(82)?.length]).toEqual([undefined, 14]);
  expect(() => oracle(infiniband)).toThrow("Invalid hardware address");
  expect(packet(infiniband).htype).toBe(32);
  expect([oracle(relayed).options[61], packet(relayed).raw(61)?.length]).toEqual(["\u0001", 7]);
});
