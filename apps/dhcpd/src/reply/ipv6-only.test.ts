import type { Packet } from "@leasehold/protocol";
import { MessageType } from "@leasehold/protocol";
import { expect, test } from "vitest";
import { asking, clientMessage, type } from "../../test/client-message.ts";
import { ipv6OnlyOption } from "./ipv6-only.ts";

const { DISCOVER, REQUEST } = MessageType;
const WAIT = Uint8Array.of(0, 0, 7, 8);
const mostly: ReadonlyMap<number, Uint8Array> = new Map([[108, WAIT]]);
const capable = (kind: number): Packet => clientMessage({}, [type(kind), asking(1, 108, 3)]);
const other = clientMessage({}, [type(DISCOVER), asking(1, 3)]);
const silent = clientMessage({}, [type(DISCOVER)]);

test("it is there when option 55 asks for it and it is configured (RFC 8925 §3.3)", () => {
  expect(ipv6OnlyOption(capable(DISCOVER), mostly)).toEqual([108, WAIT]);
  expect(ipv6OnlyOption(capable(REQUEST), mostly)).toEqual([108, WAIT]);
});

test("MUST NOT be there when the pool is not IPv6-mostly, or the client did not ask", () => {
  expect(ipv6OnlyOption(capable(DISCOVER), new Map())).toBeUndefined();
  expect(ipv6OnlyOption(other, mostly)).toBeUndefined();
  // One without option 55 is sent everything else, but not this.
  expect(ipv6OnlyOption(silent, mostly)).toBeUndefined();
});

test("its length is 4, and without a timer its value is zero (RFC 8925 §3.1)", () => {
  expect(ipv6OnlyOption(capable(DISCOVER), new Map([[108, new Uint8Array(0)]]))).toEqual([
    108,
    Uint8Array.of(0, 0, 0, 0),
  ]);
});
