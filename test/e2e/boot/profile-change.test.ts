// A profile that changes while machines boot: their next stage uses it, on all nodes, without a restart and without a request that fails; and a
// document with a template that cannot be one is refused, and changes nothing.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { until } from "../../lab/shell.ts";
import { fileHere, labForTests } from "../lab-for-tests.ts";
import { httpGet } from "./askers.ts";

const nodes = ["n1", "n2", "n3"];
const labOf = labForTests("bootchange", {
  network: fileHere("networks/boot.yaml"),
  inventory: fileHere("inventories/four-nodes.json"),
});
const MACHINES = [1, 2, 3].map((n) => `02:1e:a5:0c:00:0${n}`);
const TEXT = readFileSync(fileHere("networks/boot.yaml"), "utf8");

interface Fetched {
  /** When it was asked for, by a steady clock. */
  readonly at: number;
  readonly status: number;
  readonly isNew: boolean;
}

const script = (mac: string, node: string) =>
  httpGet(labOf(), "r1", `http://${labOf().host(node).address}:8069/boot/ipxe?mac=${mac}`);

/** A machine that fetches its script from a node again and again, until it is told to end. */
async function fetching(machine: string, node: string, fetched: Fetched[], isOver: () => boolean) {
  while (!isOver()) {
    const at = performance.now();
    const { status, body } = await script(machine, node);
    fetched.push({ at, status, isNew: body.includes("quiet") });
  }
}

const put = (text: string) =>
  labOf().api("n1", "/api/v1/network", { method: "PUT", headers: { "if-match": "*" }, body: text });

test("nine loops of three machines at three nodes: old, then new within a second, and never a failure", async () => {
  const before = labOf().processes();
  let isOver = false;
  const pairs = MACHINES.flatMap((machine) =>
    nodes.map((node) => ({ machine, node, seen: [] as Fetched[] })),
  );
  const loops = pairs.map(({ machine, node, seen }) => fetching(machine, node, seen, () => isOver));
  await until("each has its script", 10, async () => pairs.every(({ seen }) => seen.length > 0));
  expect((await put(TEXT.replace("by={node}", "by={node} quiet"))).status).toBe(200);
  const stored = performance.now();
  const isThere = ({ seen }: { seen: Fetched[] }) => seen.filter(({ isNew }) => isNew).length >= 3;
  await until("each has the new one three times", 10, async () => pairs.every(isThere));
  isOver = true;
  await Promise.all(loops);
  for (const { seen: fetched } of pairs) {
    expect(fetched.filter(({ status }) => status !== 200)).toEqual([]);
    const first = fetched.findIndex(({ isNew }) => isNew);
    expect(fetched.slice(first).every(({ isNew }) => isNew)).toBe(true);
    expect(fetched.filter(({ at, isNew }) => !isNew && at > stored + 1000)).toEqual([]);
    expect(first).toBeGreaterThan(0);
  }
  expect(labOf().processes()).toEqual(before);
});

test("a template that cannot be one is refused with line and column, and no script changes", async () => {
  const { body: before } = await script(MACHINES[0]!, "n2");
  const bad = TEXT.replace("by={node}", "by={nodes}");
  const { status, body } = await put(bad);
  expect(status).toBe(422);
  const { problems } = body as { problems: { line: number; column: number; found: string }[] };
  const line = bad.split("\n").findIndex((one) => one.includes("{nodes}")) + 1;
  expect(problems).toEqual([expect.objectContaining({ line, column: expect.any(Number) })]);
  expect(problems[0]!.found).toContain("{nodes}");
  expect((await script(MACHINES[0]!, "n2")).body).toBe(before);
});
