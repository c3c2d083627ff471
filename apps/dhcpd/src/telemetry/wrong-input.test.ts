// What other processes send wrong: how it is told.
import { beforeEach, expect, it } from "vitest";
import { Counters } from "./counters.ts";
import { UnreadableRecords } from "./unreadable-records.ts";
import { WrongInput } from "./wrong-input.ts";

let nowMs: number;
let lines: { level: string; about: Record<string, unknown> }[];
let counters: Counters;
let input: WrongInput;

beforeEach(() => {
  nowMs = 0;
  lines = [];
  counters = new Counters();
  const at = (level: string) => (about: object) => void lines.push({ level, about: { ...about } });
  input = new WrongInput(counters, { warn: at("warn"), error: at("error") } as never, () => nowMs);
});

const bad = { kind: "heartbeat", subject: "dhcp.node.n2", found: "nothing", expected: "JSON" };

it("A4: a bad message is counted, and named in a line, but not in a line each", () => {
  for (let i = 0; i < 1000; i++) input.message(bad);
  nowMs = 10_000;
  input.message({ ...bad, kind: "stored" });
  input.message(bad);
  expect(Object.fromEntries(counters.of("badMessages"))).toEqual({ heartbeat: 1001, stored: 1 });
  expect(lines).toEqual([
    { level: "warn", about: { subject: "dhcp.node.n2", found: "nothing", expected: "JSON" } },
    { level: "warn", about: { subject: "dhcp.node.n2", found: "nothing", expected: "JSON" } },
    { level: "warn", about: { subject: "dhcp.node.n2", found: "nothing", expected: "JSON", unsaid: 999 } },
  ]);
});

it("A4: a message that we fail to handle is an error of ours, with its stack", () => {
  input.message({ ...bad, fault: new Error("a bug") });
  expect(lines).toMatchObject([
    { level: "error", about: { err: expect.any(Error), subject: "dhcp.node.n2" } },
  ]);
});

it("A5: records that cannot be read are shown with their keys while they are there", () => {
  const records = new UnreadableRecords(input);
  for (let i = 0; i < 25; i++) records.note("dhcp-leases", `10.0.0.${i}`, i, "v: found 2");
  records.note("dhcp-leases", "10.0.0.1", 30, "v: found 3");
  expect(records.view()).toMatchObject([{ bucket: "dhcp-leases", count: 25 }]);
  expect(records.view()[0]!.records).toHaveLength(10);
  expect(records.view()[0]!.records[1]).toEqual({ key: "10.0.0.1", reason: "v: found 3" });
  for (let i = 0; i < 25; i++) records.isWell("dhcp-leases", `10.0.0.${i}`);
  expect([records.view(), records.countOf("dhcp-leases")]).toEqual([[], 0]);
});

it("A5: a key of any length is shown short, and any number of them is bounded", () => {
  const records = new UnreadableRecords(input);
  records.note("dhcp-leases", "k".repeat(5000), 1, "the key: expected an IPv4 address");
  expect(records.view()[0]!.records[0]!.key).toHaveLength(101);
  for (let i = 0; i < 20_000; i++) records.note("dhcp-leases", `x${i}`, i, "v");
  expect(records.countOf("dhcp-leases")).toBe(10_000);
});
