// An event as the bucket's value: JSON that an operator can read, and what is none of ours.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { alice, granted } from "../../test/world.ts";
import { decodeLeaseEvent, encodeLeaseEvent, isOwn, NO_REVISION } from "../index.ts";
import {
  LEASE_EVENT_TYPES,
  type LeaseEvent,
  NoEvent,
  parseLeaseEvent,
  readLeaseEvent,
} from "./lease-event.ts";

const { event } = granted(alice, "10.0.0.11", { hostname: "a1", xid: 0xbeef });

test("an event is stored as JSON and read back the same", () => {
  const data = encodeLeaseEvent(event);
  expect(JSON.parse(new TextDecoder().decode(data))).toEqual(event);
  expect(decodeLeaseEvent(data)).toEqual(event);
});

test("it is the JSON that JSON.stringify makes, whatever is in it", () => {
  const text = fc.string({ unit: "binary" });
  const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
  const relay = fc.record({ giaddr: fc.ipV4(), agent: optional(text) });
  const trace = fc.record({ vendorClass: text, since: fc.nat() }, { requiredKeys: [] });
  const one = fc.record({
    ...{ type: fc.constantFrom(...LEASE_EVENT_TYPES), v: fc.constant(1), address: fc.ipV4(), client: text },
    ...{ mac: optional(text), subnet: text, host: optional(text), hostname: optional(text) },
    ...{ seconds: fc.nat(), heldSeconds: fc.nat(0xffffffff), relay: optional(relay), trace: optional(trace) },
    ...{
      xid: optional(fc.nat(0xffffffff)),
      node: text,
      network: fc.nat(),
      inventory: fc.nat(),
      intent: text,
    },
    reserved: optional(fc.constant(true)),
  });
  fc.assert(
    fc.property(one, (each) => {
      const written = encodeLeaseEvent(each as unknown as LeaseEvent);
      expect(new TextDecoder().decode(written)).toBe(JSON.stringify(each));
    }),
  );
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
    ["with a time before its beginning", { heldSeconds: -1 }],
    ["with an absurd time", { heldSeconds: 1e15 }],
    ["with a part of a second", { seconds: 0.5 }],
    ["with a client that is no hex", { client: "alice" }],
    ["with half an octet", { client: "01a" }],
    ["with a hardware address that is none", { mac: 7 }],
    ["with a host name of 900 KB", { hostname: "h".repeat(900_000) }],
    ["with a relay that is none", { relay: null }],
    ["with a giaddr that is none", { relay: { giaddr: 7 } }],
    ["with an option 82 that is no hex", { relay: { giaddr: "10.0.0.1", agent: "zz" } }],
    ["with a trace that is a list", { trace: [{ vendorClass: 7 }].at(0) }],
    ["with an xid that is text", { xid: "7" }],
    ["with a revision below zero", { network: -1 }],
    ["with a word for reserved", { reserved: "yes" }],
    ["without a node", { node: undefined }],
    ["with an intent that is none", { intent: {} }],
  ])("A5: %s", (_, wrong) => {
    expect(parseLeaseEvent({ ...event, ...wrong })).toBeInstanceOf(NoEvent);
  });

  test("A5: nested a hundred thousand deep", () => {
    const deep = `${JSON.stringify(event).slice(0, -1)},"more":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
    expect(decodeLeaseEvent(new TextEncoder().encode(deep))).toMatchObject({ intent: event.intent });
    const inPlace = deep.replace('"more":', '"trace":');
    expect(readLeaseEvent(new TextEncoder().encode(inPlace))).toBeInstanceOf(NoEvent);
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
