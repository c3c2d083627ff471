import { createHash } from "node:crypto";
import { type Ipv4, parseIpv4 } from "@leasehold/protocol";
import { describe, expect, test } from "vitest";
import { CHADDR, decodedOrThrow } from "../../test/client-message.ts";
import { forceRenewDelayMs, nextReplay, writeForceRenew } from "./forcerenew.ts";

const ip = (text: string): Ipv4 => parseIpv4(text)!;
const NONCE = Uint8Array.from({ length: 16 }, (_, i) => 0x30 + i);
const REPLAY = 0x0102030405060708n;

describe("the message (RFC 3203 §4)", () => {
  const target = {
    ...{ address: ip("10.0.0.9"), htype: 1, chaddr: CHADDR, xid: 0xcafe0001 },
    ...{ serverIdentifier: ip("10.0.0.1"), nonce: NONCE },
  };
  const written = () => {
    const into = new Uint8Array(548).fill(0xee);
    return into.slice(0, writeForceRenew(target, REPLAY, into));
  };

  test("is a BOOTREPLY of type 9 with the server's identifier, and 300 octets long", () => {
    const bytes = written();
    const packet = decodedOrThrow(bytes);
    expect([packet.op, packet.messageType, packet.xid, packet.hops, packet.giaddr]).toEqual([
      2, 9, 0xcafe0001, 0, 0,
    ]);
    expect([packet.ciaddr, packet.get("serverIdentifier"), packet.chaddr]).toEqual([
      target.address,
      target.serverIdentifier,
      CHADDR,
    ]);
    expect(bytes.length).toBe(300);
  });

  test("its digest is the HMAC-MD5 over all of it, with its own field as zeros", () => {
    const bytes = written();
    const { information, ...head } = decodedOrThrow(bytes).get("authentication")!;
    expect(head).toMatchObject({ protocol: 3, algorithm: 1, replayMethod: 0 });
    const digest = information.slice(1);
    expect([information[0], digest.length]).toEqual([2, 16]);
    // As a client checks it, by RFC 2104 and without our code.
    const at = Buffer.from(bytes).indexOf(digest);
    bytes.fill(0, at, at + 16);
    expect(Buffer.from(digest)).toEqual(hmacMd5(NONCE, bytes));
    // The same message, put together and signed by Python's hmac module.
    expect(Buffer.from(digest).toString("hex")).toBe("aa153d34210426de1cc1b149129a48a2");
  });

  test("another nonce, counter or address makes another digest", () => {
    const digestOf = (changes: Partial<typeof target>, replay = REPLAY) => {
      const into = new Uint8Array(548);
      const length = writeForceRenew({ ...target, ...changes }, replay, into);
      return Buffer.from(decodedOrThrow(into.subarray(0, length)).raw(90)!.subarray(12)).toString("hex");
    };
    const changed = [
      digestOf({}),
      digestOf({ nonce: NONCE.map((octet) => octet ^ 1) }),
      digestOf({}, REPLAY + 1n),
      digestOf({ address: ip("10.0.0.8") }),
    ];
    expect(new Set(changed).size).toBe(4);
  });
});

/** RFC 2104 §2: H(K XOR opad, H(K XOR ipad, text)). */
function hmacMd5(key: Uint8Array, message: Uint8Array): Buffer {
  const block = new Uint8Array(64);
  block.set(key);
  const md5 = (...parts: Uint8Array[]) => {
    const hash = createHash("md5");
    for (const part of parts) hash.update(part);
    return hash.digest();
  };
  const padded = (pad: number) => block.map((octet) => octet ^ pad);
  return md5(padded(0x5c), md5(padded(0x36), message));
}

test("the replay counter is NTP time, and strictly increasing", () => {
  expect(nextReplay(1_700_000_000_500, 0n)).toBe(0xe8fe6f8080000000n);
  const first = nextReplay(1_700_000_000_500, 0n);
  expect(nextReplay(1_700_000_000_500, first)).toBe(first + 1n);
  expect(nextReplay(1_600_000_000_000, first)).toBe(first + 1n);
  expect(nextReplay(1_700_000_000_501, first) > first + 1n).toBe(true);
});

test("it is sent again with growing delays, and not for ever (RFC 3203 §2.2)", () => {
  expect([1, 2, 3, 4, 5, 6].map(forceRenewDelayMs)).toEqual([1000, 2000, 4000, 8000, undefined, undefined]);
});
