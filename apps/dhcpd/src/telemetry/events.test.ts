// Events of a node: many subscribers, of which none disturbs another, and buffers that drop the oldest.
import { expect, test } from "vitest";
import { QUIET_LOG } from "../../test/quiet-log.ts";
import type { Fault } from "../ports.ts";
import { Telemetry } from "./telemetry.ts";

const telemetry = () => new Telemetry(QUIET_LOG, () => 0);
const REPLY = { type: "ACK", ms: 1 };

test("all subscribers are told, until they end it; nobody makes an event that nobody hears", () => {
  const { reply } = telemetry().events;
  const heard: string[] = [];
  expect(reply.isHeard).toBe(false);
  const ends = ["a", "b"].map((who) => reply.subscribe(({ type }) => heard.push(`${who} ${type}`)));
  reply.tell(REPLY);
  ends[0]!();
  reply.tell(REPLY);
  ends[1]!();
  expect([heard, reply.isHeard]).toEqual([["a ACK", "b ACK", "b ACK"], false]);
});

test("one that throws is a fault of ours, and the next one is told all the same", () => {
  const { events, counters } = telemetry();
  const faults: Fault[] = [];
  let told = 0;
  events.fault.subscribe((fault) => faults.push(fault));
  events.reply.subscribe(() => {
    throw new Error("a histogram is full");
  });
  events.reply.subscribe(() => told++);
  events.reply.tell(REPLY);
  expect([told, faults.map(({ during }) => during)]).toEqual([1, ["telling of a reply"]]);
  expect(counters.of("anomalies").get("internal-error")).toBe(1);
});

test("one that throws when it is told of a fault is counted, and is not told of that", () => {
  const { events, faults, counters } = telemetry();
  events.fault.subscribe(() => {
    throw new Error("no more");
  });
  faults.count({ cause: new Error("once"), during: "a test" });
  expect(counters.of("anomalies").get("internal-error")).toBe(2);
});

test("one may leave, and another come, while it is told", () => {
  const { reply } = telemetry().events;
  const heard: string[] = [];
  const end = reply.subscribe(() => {
    heard.push("first");
    end();
    reply.subscribe(() => heard.push("late"));
  });
  reply.subscribe(() => heard.push("second"));
  reply.tell(REPLY);
  expect(heard).toEqual(["first", "second"]);
});

test("more than 32 subscribers are a mistake of ours", () => {
  const { reply } = telemetry().events;
  for (let i = 0; i < 32; i++) reply.subscribe(() => {});
  expect(() => reply.subscribe(() => {})).toThrow(RangeError);
});

test("a buffer keeps the newest until they are read, and what it dropped is counted", () => {
  const { events, counters } = telemetry();
  const buffer = events.buffer("reply", 2);
  for (const ms of [1, 2, 3]) events.reply.tell({ type: "ACK", ms });
  expect(buffer.take().map(({ ms }) => ms)).toEqual([2, 3]);
  expect(buffer.take()).toEqual([]);
  expect(counters.of("unheard").get("reply")).toBe(1);
  buffer.end();
  expect(events.reply.isHeard).toBe(false);
});
