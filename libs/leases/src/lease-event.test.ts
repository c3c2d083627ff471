// An event as the bucket's value: JSON that an operator can read, and what is none of ours.
import { describe, expect, test } from "vitest";
import { alice, granted } from "../test/world.ts";
import { decodeLeaseEvent, encodeLeaseEvent, isOwn, NO_REVISION } from "./index.ts";
import { parseLeaseEvent } from "./lease-event.ts";

const { event } = granted(alice, "10.0.0.11", { hostname: "a1", xid: 0xbeef });

test("an event is stored as JSON and read back the same", () => {
  const data = encodeLeaseEvent(event);
  expect(JSON.parse(new TextDecoder().decode(data))).toEqual(event);
  expect(decodeLeaseEvent(data)).toEqual(event);
});

test("fields that a newer version adds are no reason to refuse it", () => {
  const newer = { ...event, colour: "green" };
  expect(decodeLeaseEvent(new TextEncoder().encode(JSON.stringify(newer)))).toEqual(newer);
});

describe("what somebody else wrote to the bucket is no event", () => {
  test.each(["", "{", "null", "7", '"text"', "[]", "{}", "\u0000\u00ff"])("%j", (text) => {
    expect(decodeLeaseEvent(new TextEncoder().encode(text))).toBeUndefined();
  });

  test.each<[string, object]>([
    ["of another version", { v: 2 }],
    ["of an unknown type", { type: "LeaseStolen" }],
    ["without an address", { address: undefined }],
    ["with an address that is none", { address: "10.0.0.300" }],
    ["without a client", { client: null }],
    ["without a subnet", { subnet: 1 }],
    ["without times", { heldSeconds: "7200" }],
    ["with endless times", { seconds: Number.NaN }],
  ])("%s", (_, wrong) => {
    expect(parseLeaseEvent({ ...event, ...wrong })).toBeUndefined();
  });
});

test("a writer knows its own event by the intent", () => {
  const append = { address: 0 as never, expected: NO_REVISION, event };
  const found = { address: append.address, event, revision: NO_REVISION, at: 0 as never };
  expect(isOwn(append, found)).toBe(true);
  expect(isOwn(append, { ...found, event: { ...event, intent: "another" } })).toBe(false);
  expect(isOwn(append, { ...found, event: undefined })).toBe(false);
  expect(isOwn(append, undefined)).toBe(false);
});
