import fc from "fast-check";
import { expect, test } from "vitest";
import { alice, bob, client, packetOf, selecting } from "../../test/wire.ts";
import { Admission, priorityOf, type ShedReason, type Waiting } from "./admission.ts";

interface Named extends Waiting {
  readonly name: string;
}

function queue(limits: { limit?: number; orderlyMax?: number } = {}) {
  const shed: ShedReason[] = [];
  const isKnown = (mac: string) => mac === bob.mac;
  const admission = new Admission<Named>({ isKnown, onShed: (reason) => shed.push(reason), ...limits });
  return { admission, shed };
}

const of = (name: string, bytes: Uint8Array, at = 0): Named => ({ name, bytes, at });
const discover = (n: number, xid = n) => packetOf("DISCOVER", client(n), { xid });
const renewal = packetOf("REQUEST", alice, { xid: 71, ciaddr: "10.0.0.10" });
const selects = packetOf("REQUEST", alice, selecting("10.0.0.10", { xid: 72 }));
const ofKnown = packetOf("DISCOVER", bob, { xid: 73 });

function taken(admission: Admission<Named>, now = 0): string[] {
  const names: string[] = [];
  for (let one = admission.take(now); one !== undefined; one = admission.take(now)) names.push(one.name);
  return names;
}

test("few packets are handled as they came", () => {
  const { admission } = queue();
  for (const [name, bytes] of [
    ["new", discover(9)],
    ["takes", selects],
    ["renews", renewal],
  ] as const)
    admission.put(of(name, bytes));
  expect(taken(admission)).toEqual(["new", "takes", "renews"]);
});

test("of many those of the highest priority come first, and of equal ones the newest", () => {
  const { admission } = queue({ orderlyMax: 3 });
  const all = [
    ["new 8", discover(8)],
    ["secs says nothing", packetOf("DISCOVER", client(6), { xid: 6, secs: 4 })],
    ["known", ofKnown],
    ["new 9", discover(9)],
    ["renews", renewal],
    ["takes", selects],
  ] as const;
  for (const [name, bytes] of all) admission.put(of(name, bytes));
  admission.put(of("repeats", packetOf("DISCOVER", client(8), { xid: 81 }), 4000));
  const order = ["takes", "renews", "known", "repeats", "new 9", "secs says nothing", "new 8"];
  expect(taken(admission)).toEqual(order);
  expect(admission.size).toBe(0);
});

test("when too many wait the oldest of the lowest priority is shed", () => {
  const { admission, shed } = queue({ orderlyMax: 1, limit: 3 });
  admission.put(of("takes", selects));
  for (const n of [7, 8, 9]) admission.put(of(`new ${n}`, discover(n)));
  expect(shed).toEqual(["overloaded"]);
  expect(taken(admission)).toEqual(["takes", "new 9", "new 8"]);
});

test("of a packet and its copies the newest is handled; another client's with the same xid is no copy", () => {
  const { admission, shed } = queue({ orderlyMax: 0 });
  admission.put(of("first", packetOf("DISCOVER", alice, { xid: 5 })));
  admission.put(of("other client", packetOf("DISCOVER", client(9), { xid: 5 })));
  admission.put(of("other client again", packetOf("DISCOVER", client(9), { xid: 5, secs: 4 })));
  expect(taken(admission)).toEqual(["other client again", "first"]);
  expect(shed).toEqual(["already-in-progress"]);
});

test("what waited for longer than its client does is not handled", () => {
  const { admission, shed } = queue();
  admission.put(of("old", discover(8), 0));
  admission.put(of("young", discover(9), 2000));
  admission.put(of("a first try, whatever it says", packetOf("DISCOVER", client(10), { secs: 4 }), 0));
  expect(taken(admission, 4500)).toEqual(["young"]);
  expect(shed).toEqual(["too-late", "too-late"]);
});

test("field report 17: how long a client listens is known by how often it was heard, and not by its secs", () => {
  const { admission, shed } = queue({ orderlyMax: 0 });
  admission.put(of("first try", discover(8, 1), 0));
  admission.put(of("second try", discover(8, 2), 4000));
  expect(taken(admission, 11_000)).toEqual(["second try"]);
  expect(shed).toEqual(["too-late"]);
});

test("forgets all that waits", () => {
  const { admission } = queue({ orderlyMax: 1 });
  for (const n of [7, 8, 9]) admission.put(of(`new ${n}`, discover(n)));
  expect([admission.clear(), admission.size, taken(admission)]).toEqual([3, 0, []]);
});

test.each([
  ["selecting", selects],
  ["holding", renewal],
  ["holding", packetOf("RELEASE", alice, { ciaddr: "10.0.0.10" })],
  ["known", ofKnown],
  ["unknown", packetOf("DISCOVER", client(9), { secs: 1 })],
  ["unknown", discover(9)],
  ["unknown", packetOf(undefined, alice)],
  ["unknown", new Uint8Array(3)],
])("priority: %s", (priority, bytes) => {
  expect(priorityOf(bytes, (mac) => mac === bob.mac)).toBe(priority);
});

test("whatever comes and goes, each packet is taken or shed once, and never more wait than the limit", () => {
  const step = fc.oneof(
    fc.integer({ min: 1, max: 12 }),
    fc.constant("take" as const),
    fc.constant("wait" as const),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { admission, shed } = queue({ orderlyMax: 4, limit: 8 });
      let [now, put, got] = [0, 0, 0];
      for (const one of steps) {
        if (one === "wait") now += 700;
        else if (one === "take") got += admission.take(now) === undefined ? 0 : 1;
        else admission.put(of(String(++put), one < 3 ? selects : discover(one), now));
        expect(admission.size).toBeLessThanOrEqual(8);
        expect(got + shed.length + admission.size).toBe(put);
      }
    }),
  );
});
