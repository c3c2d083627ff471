// What is believed of a heartbeat, whatever its role.
import { expect, test } from "vitest";
import * as z from "zod";
import { type Heartbeat, heartbeatFormat, readHeartbeat, withinBounds } from "./heartbeat.ts";

const good: Heartbeat = { node: "b1", version: "0.2.0", state: "serving", addresses: ["10.0.0.5"], api: "" };
const BOOT = { name: "boot", format: heartbeatFormat.extend({ files: z.int() }) };
const read = (value: unknown) => readHeartbeat("b1", value, BOOT);

test("of the reader's role, all of it is read", () => {
  const beat = { ...good, role: "boot", files: 3 };
  expect(read({ ...beat, colour: "green" })).toEqual({ ok: true, beat });
  expect(read({ ...beat, files: "many" })).toMatchObject({ ok: false, found: 'files: "many"' });
});

test("of another role, one that is to come too, what all tell", () => {
  const beat = { ...good, role: "console-2" };
  expect(read({ ...beat, windows: 4 })).toEqual({ ok: true, beat });
  expect(read({ ...beat, state: "asleep" })).toMatchObject({ ok: false, found: 'state: "asleep"' });
});

test("a role is a short word", () => {
  for (const role of ["", "Boot", "b".repeat(33), 7, null, ["boot"]])
    expect([role, read({ ...good, role, files: 3 }).ok]).toEqual([role, false]);
});

test("is nobody's whose name is another than the subject's", () => {
  const found = { ok: false, found: "node b1", expected: "node b2, as in the subject" };
  expect(readHeartbeat("b2", { ...good, role: "syncer" }, BOOT)).toEqual(found);
});

test("with much to tell, it is cut so that it is heard", () => {
  const words = "x".repeat(10_000);
  const beat = { ...good, role: "syncer", notReady: words, alarms: Array.from({ length: 30 }, () => words) };
  expect(read(beat).ok).toBe(false);
  expect(read(withinBounds(beat)).ok).toBe(true);
  expect(withinBounds({ ...good, alarms: [] })).toEqual(good);
});
