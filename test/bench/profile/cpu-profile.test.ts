import { expect, test } from "vitest";
import { byFunction, byStage, type CpuProfile } from "./cpu-profile.ts";
import { flameGraph } from "./flame-graph.ts";

const node = (id: number, functionName: string, url: string, children: number[] = []) => ({
  id,
  callFrame: { functionName, url, lineNumber: 9 },
  children,
});

const profile: CpuProfile = {
  nodes: [
    node(1, "(root)", "", [2, 4, 5]),
    node(2, "decide", "file:///x/libs/leases/src/decide.ts", [3]),
    node(3, "encode", "file:///x/libs/protocol/src/encode.ts"),
    node(4, "(idle)", ""),
    node(5, "parse", "file:///x/node_modules/@nats-io/nats-core/lib/parser.js"),
  ],
  samples: [2, 3, 3, 4, 5],
  timeDeltas: [0, 1000, 2000, 3000, 4000, 500],
};

test("a sample stands for the time until the next one", () => {
  expect(byStage(profile)).toEqual([
    { name: "wire: decode, encode", millis: 5 },
    { name: "idle", millis: 4 },
    { name: "leases: decide, view", millis: 1 },
    { name: "NATS client", millis: 0.5 },
  ]);
});

test("functions are named with their file, and idle time is none", () => {
  expect(byFunction(profile).map(({ name }) => name)).toEqual([
    "encode libs/protocol/src/encode.ts:10",
    "decide libs/leases/src/decide.ts:10",
    "parse @nats-io/nats-core/lib/parser.js:10",
  ]);
});

test("the flame graph gives each function its share of the work", () => {
  const drawn = flameGraph(profile, "a < b");
  expect(drawn).toContain("a &lt; b");
  expect(drawn).toContain("encode libs/protocol/src/encode.ts:10 · wire: decode, encode · 76.9 %");
  expect(drawn).toContain("decide libs/leases/src/decide.ts:10 · leases: decide, view · 92.3 %");
  expect(drawn).not.toContain("(idle)");
});
