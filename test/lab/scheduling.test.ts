import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { NATS_UNIT, scheduledBy } from "./scheduling.ts";

test("a command runs as the unit of the NATS servers has them scheduled", () => {
  const [program, ...words] = [
    ...scheduledBy(NATS_UNIT),
    "sh",
    "-c",
    'cat /proc/self/timerslack_ns; chrt --pid $$; echo "$0"',
    "a word",
  ];
  expect(execFileSync(program!, words, { encoding: "utf8" })).toMatch(
    /^1000000\n.*SCHED_BATCH\n.*priority: 0\na word\n$/,
  );
});
