// A10: of two processes with one name one serves, and both say so.
import { describe, expect, test } from "vitest";
import type { Heartbeat } from "./heartbeat.ts";
import { type Doubled, NodeName, newBootId } from "./node-name.ts";

function process(bootId: string, address: string) {
  const lines: string[] = [];
  const doubled: Doubled[] = [];
  const name = new NodeName({
    ...{ self: "n1", role: "dhcp", bootId, addresses: () => [address] },
    onDoubled: (what, sentence) => {
      doubled.push(what);
      lines.push(sentence);
    },
  });
  const beat = (more: Partial<Heartbeat> = {}): Heartbeat => ({
    ...{ node: "n1", version: "0.1.0", state: "serving", addresses: [address], api: "", bootId },
    ...more,
  });
  return { name, beat, lines, doubled };
}

const older = () => process(newBootId(1000, "0f"), "10.0.0.2");
const younger = () => process(newBootId(2000, "0a"), "10.0.0.9");

describe("A10: two nodes with one name", () => {
  test("who starts while the other lives does not serve, and says why", () => {
    const [first, second] = [older(), younger()];
    expect(second.name.hear("n1", first.beat(), 0)).toBe(true);
    expect(second.name.refusal(0)).toContain("another node is named n1, too (10.0.0.2");
    expect(second.lines).toHaveLength(1);
    expect(second.name.warnings(0)).toHaveLength(1);
  });

  test("even when it has begun earlier, as the other one serves already", () => {
    const [first, second] = [older(), younger()];
    first.name.hear("n1", second.beat(), 0);
    expect(first.name.refusal(0)).toContain("another node");
  });

  test("who serves goes on when a refused one tells of itself, and says it, too", () => {
    const [first, second] = [older(), younger()];
    first.name.claim();
    for (const at of [0, 5000, 10_000])
      expect(first.name.hear("n1", second.beat({ state: "starting", isRefused: true }), at)).toBe(true);
    expect(first.name.refusal(10_000)).toBeUndefined();
    expect(first.lines).toHaveLength(1);
    expect(first.doubled).toEqual(["duplicate-node-name"]);
    expect(first.name.warnings(10_000)).toHaveLength(1);
    expect(first.name.warnings(26_000)).toEqual([]);
  });

  test("of two that began at once the younger one lets go, and only that", () => {
    const [first, second] = [older(), younger()];
    for (const { name } of [first, second]) name.claim();
    first.name.hear("n1", second.beat(), 0);
    second.name.hear("n1", first.beat(), 0);
    expect([first.name.refusal(0), second.name.refusal(0) !== undefined]).toEqual([undefined, true]);
  });

  test("it serves when the other one is silent for two seconds, or has said goodbye", () => {
    const [first, second] = [older(), younger()];
    second.name.hear("n1", first.beat(), 0);
    expect(second.name.refusal(1999)).toBeDefined();
    expect(second.name.refusal(2000)).toBeUndefined();
    second.name.hear("n1", first.beat(), 3000);
    second.name.hear("n1", first.beat({ state: "stopped" }), 3100);
    expect(second.name.refusal(3100)).toBeUndefined();
  });

  test("a node of an earlier version, without a boot id, keeps its name; among others it is a member like them", () => {
    const second = younger();
    second.name.claim();
    const { bootId, ...old } = second.beat();
    second.name.hear("n1", old, 0);
    expect(second.name.refusal(0)).toBeDefined();
    expect(second.name.hear("n2", { ...old, node: "n2", addresses: ["10.0.0.3"] }, 0)).toBe(false);
  });

  test("its own heartbeats are its own", () => {
    const first = older();
    expect(first.name.hear("n1", first.beat(), 0)).toBe(false);
    expect(first.name.refusal(0)).toBeUndefined();
  });

  test("a refused one is no member to the others", () => {
    const first = older();
    expect(first.name.hear("n2", { ...first.beat({ isRefused: true }), node: "n2" }, 0)).toBe(true);
  });
});

test("two nodes with one address: both say so", () => {
  const first = older();
  first.name.hear("n2", { ...first.beat(), node: "n2" }, 0);
  expect(first.name.warnings(0)[0]).toContain("node n2 says that 10.0.0.2 is its own");
  expect(first.doubled).toEqual(["duplicate-node-address"]);
});

test("a process of another role may have the name and the address: one machine, one name", () => {
  const first = older();
  for (const node of ["n1", "n2"])
    expect(first.name.hear(node, { ...first.beat({ role: "boot", bootId: "other" }), node }, 0)).toBe(false);
  expect([first.name.refusal(0), first.lines]).toEqual([undefined, []]);
});
