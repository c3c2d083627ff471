import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { root } from "./layout.ts";
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

const unit = (name: string) => readFileSync(`${root}infra/systemd/leasehold-${name}.service`, "utf8");
const settings = (name: string, which: RegExp) =>
  unit(name)
    .split("\n")
    .filter((line) => which.test(line))
    .sort();

test("the syncer and the boot server are confined as a node is, and have no capability but the port of TFTP", () => {
  const confined = /^(Protect|Private|Restrict(?!Address|art)|NoNew|Lock|SystemCall|UMask|User=)/;
  expect(settings("dhcpd", confined).length).toBeGreaterThan(15);
  for (const name of ["syncer", "bootd"])
    expect(settings(name, confined)).toEqual(settings("dhcpd", confined));
  expect(settings("bootd", /Capabilit/)).toEqual([
    "AmbientCapabilities=CAP_NET_BIND_SERVICE",
    "CapabilityBoundingSet=CAP_NET_BIND_SERVICE",
  ]);
  expect(settings("syncer", /Capabilit/)).toEqual(["CapabilityBoundingSet="]);
});

test("no unit runs as root, each is started again for ever, and a NATS server that is stopped is a lame duck", () => {
  for (const name of ["dhcpd", "syncer", "bootd", "nats"]) {
    expect(settings(name, /^(User|StartLimit|Restart=)/)).toEqual([
      "Restart=always",
      "StartLimitIntervalSec=0",
      expect.stringMatching(/^User=leasehold/),
    ]);
  }
  expect(settings("nats", /^KillSignal/)).toEqual(["KillSignal=SIGUSR2"]);
});
