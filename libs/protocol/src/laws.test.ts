// Laws of the codec. A failure prints the seed and the path that repeat it.
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  decode,
  decodeOption,
  decodePxe,
  decodeRelayAgent,
  type EncodedOption,
  encode,
  encodeOption,
  ipv4,
  type Message,
  messageOf,
  OPTIONS,
  type OptionName,
  type Packet,
  payloadLimit,
  relaySubOption,
} from "./index.ts";

const octets = (maxLength: number) => fc.uint8Array({ maxLength });
const u8 = fc.integer({ min: 0, max: 255 });
const u16 = fc.integer({ min: 0, max: 0xffff });
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const address = u32.map(ipv4);
/** Text that fits into a field of this size with its NUL, and is not empty. */
const name = (size: number) =>
  fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => {
    return !text.includes("\0") && text.isWellFormed() && new TextEncoder().encode(text).length < size;
  });
const code = fc.integer({ min: 1, max: 254 }).filter((one) => one !== 52);
const options: fc.Arbitrary<EncodedOption[]> = fc.uniqueArray(
  fc.tuple(code, fc.oneof({ weight: 4, arbitrary: octets(40) }, octets(700))),
  { selector: ([one]) => one, maxLength: 30 },
);

const message: fc.Arbitrary<Message> = fc
  .record(
    {
      ...{ op: fc.constantFrom(1, 2), htype: u8, hops: u8, xid: u32, secs: u16, flags: u16 },
      ...{ ciaddr: address, yiaddr: address, siaddr: address, giaddr: address },
      ...{ chaddr: octets(16), sname: name(64), file: name(128), options },
    },
    {
      requiredKeys: [
        "op",
        "htype",
        "hops",
        "xid",
        "secs",
        "flags",
        "ciaddr",
        "yiaddr",
        "siaddr",
        "giaddr",
        "chaddr",
        "options",
      ],
    },
  )
  .map((fields) => ({ ...fields, hlen: fields.chaddr.length }) as Message);

/** Octets that are nearly a packet: right in the fixed part, anything behind it. */
const nearlyPacket = fc
  .tuple(octets(200), octets(64), octets(128), fc.option(fc.integer({ min: 0, max: 4 })))
  .map(([tail, sname, file, overload]) => {
    const head = overload === null ? [] : [52, 1, overload];
    const bytes = new Uint8Array(240 + head.length + tail.length);
    bytes.set([1, 1, 6]);
    bytes.set(sname, 44);
    bytes.set(file, 108);
    bytes.set([99, 130, 83, 99, ...head, ...tail], 236);
    return bytes;
  });

function packet(bytes: Uint8Array): Packet {
  const decoded = decode(bytes);
  if (!decoded.ok) throw new Error(decoded.failure);
  return decoded.packet;
}

function inOrder(one: Message): Message {
  const isRelay = ([code]: EncodedOption): boolean => code === 82;
  return { ...one, options: [...one.options.filter((o) => !isRelay(o)), ...one.options.filter(isRelay)] };
}

test("decode(encode(message)) is the message, when there is room", () => {
  fc.assert(
    fc.property(message, (sent) => {
      const into = new Uint8Array(32_000);
      const length = encode(sent, into, { maximumSize: into.length });
      expect(messageOf(packet(into.subarray(0, length)))).toEqual(inOrder(sent));
    }),
  );
});

test("with little room, what arrives is part of the message, and nothing is written past the limit", () => {
  const limit = fc.integer({ min: 241, max: 1600 });
  fc.assert(
    fc.property(message, limit, limit, (sent, maximumSize, room) => {
      const into = new Uint8Array(room + 50).fill(0xee);
      const length = encode(sent, into.subarray(0, room), { maximumSize });
      expect(length).toBeLessThanOrEqual(Math.min(maximumSize, room));
      expect(length).toBeGreaterThanOrEqual(Math.min(maximumSize, room, 300));
      expect(into.subarray(length).every((octet) => octet === 0xee)).toBe(true);
      const arrived = messageOf(packet(into.subarray(0, length)));
      const given = new Map(sent.options);
      for (const [one, value] of arrived.options) if (one !== 52) expect(given.get(one)).toEqual(value);
      expect([arrived.sname, arrived.file]).toEqual([sent.sname, sent.file]);
    }),
  );
});

test("field report 15: each option arrives whole, split or not, or is told to have no room", () => {
  const limit = fc.integer({ min: 300, max: 1472 });
  fc.assert(
    fc.property(message, limit, (sent, maximumSize) => {
      const omitted: number[] = [];
      const into = new Uint8Array(1472);
      const length = encode(sent, into, { maximumSize, onOmitted: (one) => omitted.push(one) });
      const arrived = packet(into.subarray(0, length));
      for (const [one, value] of sent.options) {
        expect(arrived.raw(one)).toEqual(omitted.includes(one) ? undefined : value);
      }
    }),
    { numRuns: 500 },
  );
});

test("what stands last with 82 in it is 82", () => {
  fc.assert(
    fc.property(message, octets(60), (sent, relay) => {
      const into = new Uint8Array(548);
      const options = sent.options.filter(([one]) => one !== 82);
      const length = encode({ ...sent, options: [[82, relay], ...options] }, into);
      // END, and nothing but PAD behind it.
      const end = into.subarray(0, length).findLastIndex((octet) => octet !== 0);
      expect(into[end]).toBe(255);
      expect(into.subarray(end - relay.length, end)).toEqual(relay);
      expect([into[end - relay.length - 2], into[end - relay.length - 1]]).toEqual([82, relay.length]);
    }),
  );
});

test("decode never throws, nor does reading whatever it took, and what was read encodes", () => {
  const into = new Uint8Array(66_000);
  fc.assert(
    fc.property(fc.oneof(octets(700), nearlyPacket), (bytes) => {
      const decoded = decode(bytes);
      if (!decoded.ok) return;
      const found = decoded.packet;
      for (const [, option] of OPTIONS) found.get(option);
      for (const one of found.codes()) decodeRelayAgent(found.raw(one)!);
      decodePxe(found.raw(43) ?? bytes);
      const length = encode(messageOf(found), into, { maximumSize: payloadLimit(found) });
      const again = packet(into.subarray(0, length));
      expect([again.xid, again.messageType]).toEqual([found.xid, found.messageType]);
    }),
    { numRuns: 2000 },
  );
});

/** Octets of few kinds, so that lengths often hold: lists of lists, domain names, pointers. */
const lengthsAndText = fc
  .array(fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 8, 0x2e, 0x61, 0x62, 0x5c, 0xc0, 0xff), { maxLength: 40 })
  .map((few) => Uint8Array.from(few));

test("a value that an option's octets have is written as octets that have the same value", () => {
  const name = fc.constantFrom(...OPTIONS.map(([, option]): OptionName => option));
  fc.assert(
    fc.property(name, fc.oneof(octets(80), lengthsAndText), (option, value) => {
      const first = decodeOption(option, value);
      if (first === undefined || isFlawedText(first)) return;
      expect(decodeOption(option, encodeOption(option, first))).toEqual(first);
    }),
    { numRuns: 5000 },
  );
});

/** Text that is empty or has NULs in it is read, but nobody may write it. */
function isFlawedText(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(isFlawedText);
  return typeof value === "string" && (value === "" || value.includes("\0"));
}

test("one sub-option of option 82 is what decoding all of them gives, in broken lists too", () => {
  const octet = fc.constantFrom(0, 1, 2, 3, 5, 151, 255);
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 24 }),
      fc.array(octet, { maxLength: 24 }),
      octet,
      (any, few, code) => {
        for (const bytes of [any, Uint8Array.from(few)]) {
          expect(relaySubOption(bytes, code)).toEqual(decodeRelayAgent(bytes).get(code));
        }
      },
    ),
  );
});
