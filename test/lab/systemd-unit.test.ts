import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { environmentOf, NATS_UNIT, scheduledBy } from "./systemd-unit.ts";

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

test("a program has the environment of its unit, and nothing of its EnvironmentFile", () => {
  expect(environmentOf(NATS_UNIT)).toEqual({ GOGC: "400", GOMEMLIMIT: "2GiB" });
});
