// A program as its systemd unit has it, where there is no systemd.
import { readFileSync } from "node:fs";
import { root } from "./layout.ts";

export const BOOTD_UNIT = `${root}infra/systemd/leasehold-bootd.service`;
export const NATS_UNIT = `${root}infra/systemd/leasehold-nats.service`;

/**
 * What goes before a command, so that it runs with the `CPUSchedulingPolicy=` and the `TimerSlackNSec=` (in whole ms) of a unit.
 * @throws Error when the unit lacks one of them.
 */
export function scheduledBy(unit: string): string[] {
  const text = readFileSync(unit, "utf8");
  const policy = /^CPUSchedulingPolicy=(\w+)$/m.exec(text)?.[1];
  const slackMs = /^TimerSlackNSec=(\d+)ms$/m.exec(text)?.[1];
  if (policy === undefined || slackMs === undefined) throw new Error(`${unit} has no scheduling to go by`);
  const slack = `echo ${Number(slackMs) * 1e6} > /proc/self/timerslack_ns`;
  return ["sh", "-c", `${slack}; exec chrt --${policy} 0 "$@"`, "sh"];
}

/** What a unit's own `Environment=` lines set, one variable each. */
export function environmentOf(unit: string): Record<string, string> {
  const lines = readFileSync(unit, "utf8").matchAll(/^Environment=(\w+)=(\S+)$/gm);
  return Object.fromEntries(Array.from(lines, ([, name, value]) => [name!, value!]));
}
