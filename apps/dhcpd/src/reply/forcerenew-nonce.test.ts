import { expect, test } from "vitest";
import { alice, ip, packet } from "../../test/wire.ts";
import type { ReplyContent, ReplyDraft } from "./feature.ts";
import { forcerenewNonce, nonceOption } from "./forcerenew-nonce.ts";
import { replyTo } from "./reply.ts";

const NONCE = Uint8Array.from({ length: 16 }, (_, i) => 0x30 + i);
const REPLAY = 0x0102030405060708n;

test("RFC 6704 §3.1.2: in option 90: protocol 3, algorithm 1, RDM 0, replay detection, type 1, the nonce", () => {
  const [code, octets] = nonceOption(NONCE, REPLAY);
  expect(code).toBe(90);
  expect([...octets]).toEqual([3, 1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 1, ...NONCE]);
  expect(() => nonceOption(new Uint8Array(8), REPLAY)).toThrow("found 8 octets, expected 16");
});

test("an OFFER says that there will be one, an ACK has it, and others say nothing", () => {
  const codes = (content: Partial<ReplyContent>) => {
    const asked = packet("DISCOVER", alice);
    const reply = replyTo(asked, { type: "OFFER", yiaddr: ip("10.0.0.9"), ...content }, ip("10.0.0.2"));
    return (reply as ReplyDraft).options
      .map(([code]) => code)
      .filter((code) => forcerenewNonce.codes.includes(code));
  };
  expect(codes({ nonce: "to-come" })).toEqual([145]);
  expect(codes({ type: "ACK", nonce: { nonce: NONCE, replay: REPLAY } })).toEqual([90]);
  expect(codes({})).toEqual([]);
});
