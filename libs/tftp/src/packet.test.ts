import fc from "fast-check";
import { expect, test } from "vitest";
import { decode, encode, type Packet } from "./packet.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text, "latin1");

test.each<[string, Uint8Array, ReturnType<typeof decode>]>([
  [
    "EDK2's request for the size",
    bytes("\0\x01boot/ipxe.efi\0octet\0tsize\x000\0blksize\x001468\0windowsize\x004\0"),
    {
      kind: "rrq",
      file: "boot/ipxe.efi",
      mode: "octet",
      options: [
        { name: "tsize", value: "0" },
        { name: "blksize", value: "1468" },
        { name: "windowsize", value: "4" },
      ],
    },
  ],
  [
    "a request without options",
    bytes("\0\x01f\0octet\0"),
    { kind: "rrq", file: "f", mode: "octet", options: [] },
  ],
  [
    "a buffer that is sent whole",
    bytes("\0\x01f\0octet\0\0\0\0"),
    { kind: "rrq", file: "f", mode: "octet", options: [] },
  ],
  [
    "an option without a value",
    bytes("\0\x01f\0octet\0tsize\0"),
    { kind: "rrq", file: "f", mode: "octet", options: [] },
  ],
  [
    "a NUL in the name ends it",
    bytes("\0\x01a\0/../b\0octet\0"),
    { kind: "rrq", file: "a", mode: "/../b", options: [] },
  ],
  ["ACK", bytes("\0\x04\xff\xff"), { kind: "ack", block: 65_535 }],
  ["ERROR without its NUL", bytes("\0\x05\0\x08no"), { kind: "error", code: 8, message: "no" }],
  ["ERROR in Latin-1", bytes("\0\x05\0\0\xe9\0"), { kind: "error", code: 0, message: "\ufffd" }],
  ["nothing", bytes(""), "tooShort"],
  ["an ACK of three octets", bytes("\0\x04\0"), "tooShort"],
  ["opcode 0", bytes("\0\0\0\0"), "unknownOpcode"],
  ["opcode 257", bytes("\x01\x01f\0octet\0"), "unknownOpcode"],
  ["a mode without its NUL", bytes("\0\x01f\0octet"), "unterminated"],
  ["a name in Latin-1", bytes("\0\x01caf\xe9\0octet\0"), "notUtf8"],
])("%s", (_, wire, packet) => {
  expect(decode(wire)).toEqual(packet);
});

const word = fc.string({ unit: "grapheme" }).map((text) => text.replaceAll("\0", ""));
const options = fc.array(fc.record({ name: word.filter((name) => name !== ""), value: word }));
const number = fc.integer({ min: 0, max: 65_535 });
const packets: fc.Arbitrary<Packet> = fc.oneof(
  fc.record({ kind: fc.constantFrom("rrq" as const, "wrq" as const), file: word, mode: word, options }),
  fc.record({ kind: fc.constant("data" as const), block: number, data: fc.uint8Array() }),
  fc.record({ kind: fc.constant("ack" as const), block: number }),
  fc.record({ kind: fc.constant("error" as const), code: number, message: word }),
  fc.record({ kind: fc.constant("oack" as const), options }),
);

test("decode(encode(p)) = p", () => {
  fc.assert(
    fc.property(packets, (packet) => {
      expect(decode(encode(packet))).toEqual(packet);
    }),
  );
});

test("decoding never throws", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (wire) => void decode(wire)));
});
