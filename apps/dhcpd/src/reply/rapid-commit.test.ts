import { encode, ipv4, MessageType } from "@leasehold/protocol";
import { expect, test } from "vitest";
import { CHADDR, clientMessage, decodedOrThrow, type } from "../../test/client-message.ts";
import { asksForRapidCommit } from "../request/wishes.ts";
import { RAPID_COMMIT } from "./rapid-commit.ts";

const { DISCOVER, REQUEST } = MessageType;
const asks = clientMessage({}, [type(DISCOVER), RAPID_COMMIT]);

test("a DISCOVER with option 80 asks for it (RFC 4039 §3)", () => {
  expect(asksForRapidCommit(asks)).toBe(true);
});

test("no other message does, and none whose option 80 has a length (RFC 4039 §4)", () => {
  expect(asksForRapidCommit(clientMessage({}, [type(DISCOVER)]))).toBe(false);
  expect(asksForRapidCommit(clientMessage({}, [type(REQUEST), RAPID_COMMIT]))).toBe(false);
  expect(asksForRapidCommit(clientMessage({}, [type(DISCOVER), [80, Uint8Array.of(1)]]))).toBe(false);
});

test("on the wire option 80 is a code and a zero", () => {
  const none = ipv4(0);
  const into = new Uint8Array(548);
  const length = encode(
    {
      ...{ op: 2, htype: 1, hlen: 6, hops: 0, xid: 1, secs: 0, flags: 0, chaddr: CHADDR },
      ...{ ciaddr: none, yiaddr: none, siaddr: none, giaddr: none, options: [type(5), RAPID_COMMIT] },
    },
    into,
  );
  expect([...into.subarray(240, 246)]).toEqual([53, 1, 5, 80, 0, 255]);
  expect(decodedOrThrow(into.subarray(0, length)).get("rapidCommit")).toBe(true);
});
