// Sizes, order, splits, overloading, and what is left out when there is no room.
import { expect, test } from "vitest";
import {
  decode,
  type EncodedOption,
  encode,
  ipv4,
  type Message,
  messageOf,
  type Packet,
  payloadLimit,
} from "../index.ts";

const TYPE: EncodedOption = [53, Uint8Array.of(5)];
const SERVER: EncodedOption = [54, Uint8Array.of(10, 77, 0, 2)];
const LEASE: EncodedOption = [51, Uint8Array.of(0, 0, 14, 16)];
const RELAY: EncodedOption = [82, Uint8Array.of(1, 2, 7, 7)];

function reply(options: readonly EncodedOption[], more: Partial<Message> = {}): Message {
  const none = ipv4(0);
  return {
    ...{ op: 2, htype: 1, hlen: 6, hops: 0, xid: 0xdeadbeef, secs: 0, flags: 0x8000, ciaddr: none },
    ...{
      yiaddr: ipv4(0x0a4d1001),
      siaddr: none,
      giaddr: none,
      chaddr: Uint8Array.of(1, 2, 3, 4, 5, 6),
      options,
    },
    ...more,
  };
}

function option(code: number, size: number): EncodedOption {
  return [code, new Uint8Array(size).map((_, at) => at)];
}

function sent(message: Message, maximumSize?: number): { length: number; packet: Packet; into: Uint8Array } {
  const into = new Uint8Array(2000).fill(0xee);
  const length = encode(message, into, maximumSize === undefined ? {} : { maximumSize });
  const decoded = decode(into.subarray(0, length));
  if (!decoded.ok) throw new Error(decoded.failure);
  expect(into.subarray(length).every((octet) => octet === 0xee)).toBe(true);
  return { length, packet: decoded.packet, into };
}

test("options stand in their order, 82 last, and PAD fills up to 300 octets (RFC 951 §3, RFC 3046 §2.1)", () => {
  const { length, packet, into } = sent(reply([TYPE, RELAY, SERVER, LEASE]));
  expect(length).toBe(300);
  expect(packet.codes()).toEqual([53, 54, 51, 82]);
  expect([...into.subarray(240, 265)]).toEqual([
    53, 1, 5, 54, 4, 10, 77, 0, 2, 51, 4, 0, 0, 14, 16, 82, 4, 1, 2, 7, 7, 255, 0, 0, 0,
  ]);
  expect(into.subarray(262, 300).every((octet) => octet === 0)).toBe(true);
});

test("fields come back as they were", () => {
  const message = reply([TYPE], { sname: "boot.example", file: "ipxe.efi", secs: 7, hops: 3, flags: 0 });
  expect(messageOf(sent(message).packet)).toEqual(message);
});

test("PAD, END and option 52 are the encoder's own", () => {
  expect(
    sent(
      reply([[0, Uint8Array.of(1)], TYPE, [52, Uint8Array.of(3)], [255, Uint8Array.of(2)]]),
    ).packet.codes(),
  ).toEqual([53]);
});

test("an option over 255 octets is split, and an empty one is sent (RFC 3396 §6)", () => {
  const { packet, into } = sent(reply([option(121, 600), [80, new Uint8Array(0)]]), 1400);
  expect([into[240], into[241], into[497], into[498], into[754], into[755]]).toEqual([
    121, 255, 121, 255, 121, 90,
  ]);
  expect(packet.raw(121)).toEqual(option(121, 600)[1]);
  expect(packet.raw(80)).toHaveLength(0);
});

test("the default limit is 548 octets, and option 57 or the buffer may say otherwise", () => {
  const message = reply([TYPE, option(43, 200), option(125, 200), option(124, 200)], {
    sname: "s",
    file: "f",
  });
  expect(sent(message).length).toBeLessThanOrEqual(548);
  expect(sent(message).packet.codes()).toEqual([53, 43]);
  expect(sent(message, 1472).packet.codes()).toEqual([53, 43, 125, 124]);
  expect(encode(message, new Uint8Array(700), { maximumSize: 1472 })).toBeLessThanOrEqual(700);
});

test("file, then sname, are overloaded when there is no room, and 82 is not put there (RFC 3046 §2.2)", () => {
  const { length, packet, into } = sent(
    reply([TYPE, SERVER, option(43, 230), option(60, 100), option(12, 58), RELAY]),
    548,
  );
  expect(packet.get("overload")).toBe(3);
  expect(packet.codes().toSorted((a, b) => a - b)).toEqual([12, 43, 52, 53, 54, 60, 82]);
  expect([into[108], into[44]]).toEqual([60, 12]);
  const text = Buffer.from(into.subarray(240, length)).toString("hex");
  expect(text).toMatch(/340103520401020707ff(00)*$/);
  expect(packet.raw(60)).toEqual(option(60, 100)[1]);
});

test("a field that carries a name is not overloaded", () => {
  const { packet } = sent(
    reply([TYPE, option(43, 230), option(60, 100), option(12, 50)], { file: "ipxe.efi" }),
    500,
  );
  expect([packet.get("overload"), packet.file, packet.has(60), packet.has(12)]).toEqual([
    2,
    "ipxe.efi",
    false,
    true,
  ]);
});

test("without room the last ones are left out, and never 53, 54, 51, 61 or 82", () => {
  const identity = option(61, 19);
  const wanted = [option(43, 60), option(6, 8), option(15, 20), TYPE, SERVER, LEASE, identity, RELAY];
  const { length, packet } = sent(reply(wanted, { sname: "s", file: "f" }), 300);
  expect(length).toBe(300);
  expect(packet.codes()).toEqual([6, 53, 54, 51, 61, 82]);
});

test("field report 15: without room, what the exchange is about stays: rapid commit, subnet selection, the mask", () => {
  const own = [TYPE, SERVER, LEASE, option(80, 0), option(118, 4), option(1, 4)];
  const { packet } = sent(
    reply([option(43, 240), option(60, 200), ...own, RELAY], { sname: "s", file: "f" }),
  );
  expect(packet.codes()).toEqual([43, 53, 54, 51, 80, 118, 1, 82]);
});

test("field report 15: an option of 300 octets is split over options, file and sname (RFC 3396 §5)", () => {
  const { packet, into } = sent(reply([TYPE, SERVER, LEASE, option(43, 300), RELAY]));
  expect(packet.raw(43)).toEqual(option(43, 300)[1]);
  expect([packet.get("overload"), into[108]]).toEqual([1, 43]);
  expect(packet.codes().at(-1)).toBe(82);
});

test("field report 15: it goes on in sname, and shorter options come before it", () => {
  const options = [option(43, 420), TYPE, SERVER, LEASE, option(1, 4), option(15, 20)];
  const { packet, into } = sent(reply(options));
  expect(packet.raw(43)).toEqual(option(43, 420)[1]);
  expect([packet.get("overload"), into[108], into[44]]).toEqual([3, 43, 43]);
  for (const [code, value] of options) expect(packet.raw(code)).toEqual(value);
});

test("field report 15: one of 255 octets or less is split only where all that read it join its parts", () => {
  const around = [TYPE, option(60, 200)];
  expect(sent(reply([...around, option(43, 200)])).packet.has(43)).toBe(false);
  expect(sent(reply([...around, option(121, 200)])).packet.raw(121)).toEqual(option(121, 200)[1]);
});

test("field report 15: what finds no room is told, once each, and nothing else is", () => {
  const told: number[] = [];
  const onOmitted = (code: number) => told.push(code);
  const names = { sname: "s", file: "f" };
  const into = new Uint8Array(548);
  encode(
    reply([TYPE, option(43, 300), option(60, 200), option(125, 200), option(15, 5), RELAY], names),
    into,
    {
      onOmitted,
    },
  );
  expect(told).toEqual([43, 125]);
  told.length = 0;
  encode(reply([TYPE, option(43, 230), RELAY], names), into, { onOmitted });
  expect(told).toEqual([]);
});

test("a relay's option that would fit into file only is left out (RFC 3046 §2.2)", () => {
  expect(sent(reply([TYPE, option(82, 60)]), 300).packet.codes()).toEqual([53]);
  expect(sent(reply([TYPE, option(83, 60)]), 300).packet.codes()).toEqual([53, 52, 83]);
});

test("a relay's option that has no room at all is left out", () => {
  expect(sent(reply([TYPE, option(82, 255)], { sname: "s", file: "f" }), 300).packet.codes()).toEqual([53]);
});

test("a name that is too long for its field goes as an option (RFC 2132 §9.4, §9.5)", () => {
  const { packet } = sent(reply([TYPE], { sname: "s".repeat(64), file: "f".repeat(128) }), 1472);
  expect([packet.sname, packet.file]).toEqual(["", ""]);
  expect(packet.get("tftpServerName")).toHaveLength(64);
  expect(packet.get("bootFileName")).toHaveLength(128);
  expect(sent(reply([TYPE], { file: "f".repeat(127) })).packet.file).toHaveLength(127);
  const given: EncodedOption = [67, new TextEncoder().encode("short")];
  expect(sent(reply([TYPE, given], { file: "f".repeat(128) })).packet.get("bootFileName")).toBe("short");
});

test("an IPoIB client gets its message back with no hardware address (RFC 4390)", () => {
  const { packet } = sent(reply([TYPE], { htype: 32, hlen: 0, chaddr: new Uint8Array(0) }));
  expect([packet.htype, packet.hlen, packet.chaddr.length]).toEqual([32, 0, 0]);
});

test("no more than 16 octets of hardware address are written", () => {
  const { packet } = sent(reply([TYPE], { hlen: 16, chaddr: new Uint8Array(20).fill(9) }));
  expect([packet.chaddr.length, packet.sname]).toEqual([16, ""]);
});

test("without room for the fixed fields there is no message", () => {
  expect(() => encode(reply([]), new Uint8Array(240))).toThrow(RangeError);
  expect(() => encode(reply([]), new Uint8Array(600), { maximumSize: Number.NaN })).toThrow(RangeError);
  expect(encode(reply([TYPE]), new Uint8Array(241))).toBe(241);
});

test.each([
  [undefined, 548],
  [300, 548], // RFC 2132 §9.10: 576 is the least.
  [576, 548],
  [1472, 1444],
  [1500, 1472],
  [9000, 1472],
])("option 57 of %j allows %i octets of payload", (size, octets) => {
  const options: EncodedOption[] = size === undefined ? [] : [[57, Uint8Array.of(size >> 8, size)]];
  expect(payloadLimit(sent(reply(options)).packet)).toBe(octets);
});
