import {
  type EncodedOption,
  INFINITE_SECONDS,
  type Ipv4,
  type Message,
  type Packet,
  parseIpv4,
} from "@leasehold/protocol";
import { describe, expect, test } from "vitest";
import { CHADDR, clientMessage, decodedOrThrow, messageBytes, type } from "../../test/client-message.ts";
import {
  type BootpCircumstances,
  bootpAnswer,
  decodeWithoutCookie,
  isBootpRequest,
} from "../request/bootp.ts";
import { bootpReply, encodeBootp } from "./bootp.ts";

const ip = (text: string): Ipv4 => parseIpv4(text)!;
const bootp = (fields: Partial<Message> = {}, options: readonly EncodedOption[] = []): Packet =>
  clientMessage(fields, options);

/** As RFC 951 has it: a vendor area in a format of the client's own. */
function withoutCookie(fields: Partial<Message> = {}): Uint8Array {
  const bytes = messageBytes(fields);
  bytes.set([0xde, 0xad, 0xbe, 0xef, 7], 236);
  return bytes;
}

describe("what a BOOTP request is", () => {
  test.each<[string, Packet, boolean]>([
    ["no option 53 (RFC 1534 §2)", bootp(), true],
    ["a BOOTREPLY", bootp({ op: 2 }), false],
    ["a DISCOVER", bootp({}, [type(1)]), false],
    ["an option 53 of no length is a broken DHCP message", bootp({}, [[53, new Uint8Array(0)]]), false],
  ])("%s", (_, packet, expected) => expect(isBootpRequest(packet)).toBe(expected));

  test("one without the cookie has no options, and its fields", () => {
    const packet = decodeWithoutCookie(withoutCookie({ sname: "boss" }))!;
    expect(isBootpRequest(packet)).toBe(true);
    expect([packet.codes(), packet.sname, packet.chaddr]).toEqual([[], "boss", CHADDR]);
  });

  test("short ones, replies and hardware addresses over 16 octets are none (RFC 1542 §2.1)", () => {
    const long = withoutCookie();
    long[2] = 17;
    const refused = [withoutCookie().subarray(0, 235), withoutCookie({ op: 2 }), long];
    expect(refused.map(decodeWithoutCookie)).toEqual([undefined, undefined, undefined]);
  });
});

describe("whether it is answered", () => {
  const asked: BootpCircumstances = { policy: "static", isReserved: true, serverNames: ["leasehold-1"] };
  const short = decodedOrThrow(messageBytes({}).subarray(0, 299));

  test.each<[string, Packet, Partial<BootpCircumstances>, unknown]>([
    ["off: silence, whoever it is", bootp(), { policy: "off" }, { refused: "bootp-not-served" }],
    ["static: a reserved address, for the times of the subnet", bootp(), {}, { seconds: undefined }],
    ["static: nobody else", bootp(), { isReserved: false }, { refused: "bootp-not-reserved" }],
    [
      "dynamic: an address of the pool for ever (RFC 1534 §2)",
      bootp(),
      { policy: "dynamic", isReserved: false },
      { seconds: INFINITE_SECONDS },
    ],
    ["dynamic: a reserved one all the same", bootp(), { policy: "dynamic" }, { seconds: undefined }],
    [
      "strict, under 300 octets: silence (RFC 1542 §2.1)",
      short,
      { isShortTaken: false },
      { refused: "bootp-too-short" },
    ],
    ["C5: under 300 octets is put up with", short, {}, { seconds: undefined }],
    ["sname is ours (RFC 951 §7.3)", bootp({ sname: "LeaseHold-1" }), {}, { seconds: undefined }],
    ["sname is another's", bootp({ sname: "boss" }), {}, { refused: "bootp-for-another-server" }],
  ])("%s", (_, packet, circumstances, expected) => {
    expect(bootpAnswer(packet, { ...asked, ...circumstances })).toEqual(expected);
  });
});

describe("the reply", () => {
  const ack = (options: readonly EncodedOption[], more: Partial<Message> = {}): Message => ({
    ...{ op: 2, htype: 1, hlen: 6, hops: 0, xid: 0x11223344, secs: 0, flags: 0, chaddr: CHADDR, options },
    ...{ ciaddr: ip("0.0.0.0"), yiaddr: ip("10.0.0.9"), siaddr: ip("0.0.0.0"), giaddr: ip("0.0.0.0") },
    ...more,
  });
  const some = (code: number, size = 4): EncodedOption => [code, new Uint8Array(size).fill(code)];
  const answered = (message: Message, request: Packet): { bytes: Uint8Array; packet: Packet } => {
    const into = new Uint8Array(1472).fill(0xee);
    const bytes = into.subarray(0, encodeBootp(bootpReply(message, request, ip("10.0.0.1")), request, into));
    return { bytes, packet: decodedOrThrow(bytes) };
  };

  test("no option 53 (MUST NOT, RFC 1534 §2), nor any other for DHCP clients alone", () => {
    const all = [type(5), ...[54, 51, 58, 59, 1, 3, 61, 108, 116].map((code) => some(code))];
    const { bytes, packet } = answered(ack(all), bootp());
    expect(packet.codes()).toEqual([1, 3]);
    expect([bytes.length, packet.op, packet.yiaddr]).toEqual([300, 2, ip("10.0.0.9")]);
  });

  test("never over 300 octets: the last options are left out, and sname and file hold no options", () => {
    const { bytes, packet } = answered(ack([some(1), some(6, 40), some(3), some(15, 8), some(42)]), bootp());
    expect(bytes.length).toBe(300);
    expect(packet.codes()).toEqual([1, 6, 3]);
    expect([packet.sname, packet.file]).toEqual(["", ""]);
  });

  test("option 82 has its place before all others (RFC 3046 §2.2)", () => {
    const { packet } = answered(ack([some(1), some(6, 40), some(82, 20)]), bootp());
    expect(packet.codes()).toEqual([1, 82]);
  });

  test("a client that says with option 57 that it has room gets more", () => {
    const roomy = bootp({}, [[57, Uint8Array.of(2, 64)]]);
    expect(answered(ack([some(1), some(6, 100)]), roomy).packet.codes()).toEqual([1, 6]);
  });

  test("ciaddr and the broadcast flag as they came (RFC 1542 §5.3, §5.4), siaddr is the server (RFC 951 §7.3)", () => {
    const request = bootp({ ciaddr: ip("10.0.0.8"), flags: 0x8000, file: "unix" });
    const { packet } = answered(ack([]), request);
    expect([packet.ciaddr, packet.broadcast, packet.siaddr, packet.file]).toEqual([
      ip("10.0.0.8"),
      true,
      ip("10.0.0.1"),
      "unix",
    ]);
    const configured = answered(ack([], { siaddr: ip("10.0.0.7"), file: "/boot/unix" }), request).packet;
    expect([configured.siaddr, configured.file]).toEqual([ip("10.0.0.7"), "/boot/unix"]);
  });

  test("without the cookie the vendor area comes back as it went", () => {
    const request = decodeWithoutCookie(withoutCookie())!;
    const into = new Uint8Array(1472).fill(0xee);
    const length = encodeBootp(bootpReply(ack([some(1)]), request, ip("10.0.0.1")), request, into);
    expect(length).toBe(300);
    expect(into.slice(236, 300)).toEqual(request.bytes.slice(236, 300));
    expect(into.slice(16, 20)).toEqual(Uint8Array.of(10, 0, 0, 9));
  });
});
