import { encode, ipv4, MessageType } from "@leasehold/protocol";
import { expect, test } from "vitest";
import { CHADDR, clientMessage, decodedOrThrow, type } from "../test/client-message.ts";
import { commitsAtOnce, RAPID_COMMIT } from "./rapid-commit.ts";

const { DISCOVER, REQUEST } = MessageType;
const asks = clientMessage({}, [type(DISCOVER), RAPID_COMMIT]);

test("a DISCOVER with option 80 is answered with an ACK where that is enabled (RFC 4039 §3)", () => {
  expect(commitsAtOnce(asks, true, false)).toBe(true);
  expect(commitsAtOnce(asks, false, false)).toBe(false);
});

test("no other message is, and none whose option 80 has a length (RFC 4039 §4)", () => {
  expect(commitsAtOnce(clientMessage({}, [type(DISCOVER)]), true, false)).toBe(false);
  expect(commitsAtOnce(clientMessage({}, [type(REQUEST), RAPID_COMMIT]), true, false)).toBe(false);
  expect(commitsAtOnce(clientMessage({}, [type(DISCOVER), [80, Uint8Array.of(1)]]), true, false)).toBe(false);
});

test("a client that is told to do without IPv4 gets an OFFER (RFC 8925 §3.3)", () => {
  expect(commitsAtOnce(asks, true, true)).toBe(false);
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
