// Three relays with perfdhcp on each, for every contestant alike: one relay a node where there are three, as sites have it.
import { spawn } from "node:child_process";
import type { Lab } from "../lab/lab.ts";
import { exchange } from "../lab/perfdhcp.ts";
import { must } from "../lab/shell.ts";
import { cpuSeconds } from "./cpu.ts";
import { type Latency, latencyOf } from "./latency.ts";
import { withReceiveRoom } from "./receive-room.ts";

const RELAYS: readonly (readonly [host: string, address: string | undefined])[] = [
  ["r1", undefined],
  ["c1", "10.77.0.251"],
  ["c2", "10.77.0.252"],
];

export const CLIENTS = 60_000;

/** Gives the relays their addresses. They do not hear each other, as in a site where each has its own link. */
export async function prepareRelays(lab: Lab): Promise<void> {
  for (const [host, address] of RELAYS) {
    if (address)
      await must([...lab.onHost(host).argv, "ip", "address", "add", `${address}/16`, "dev", "eth0"]);
    const isolate = ["ip", "link", "set", host, "type", "bridge_slave", "isolated", "on"];
    await must([...lab.onHost("sw").argv, ...isolate]);
  }
}

export interface Drive {
  /** DORA a second, all relays together. */
  readonly rate: number;
  readonly seconds: number;
  /** A number that no other drive of this store had: its clients are new ones. */
  readonly generation: number;
  /** Whether each reply's time is kept, which costs perfdhcp some CPU. */
  readonly withLatency?: boolean;
}

export interface Driven {
  readonly rate: number;
  /** DORA that were begun and that came to their end, a second. */
  readonly offered: number;
  readonly completed: number;
  /** Of what was to be offered. */
  readonly lossPercent: number;
  readonly offer?: Latency;
  readonly ack?: Latency;
  /** perfdhcp's own CPU, µs a DORA. */
  readonly toolMicros: number;
}

/** Runs perfdhcp on the three relays at once. */
export async function drive(lab: Lab, targets: readonly string[], what: Drive): Promise<Driven> {
  const reports = await withReceiveRoom(() =>
    Promise.all(RELAYS.map(([host], index) => onRelay(lab, host, targets[index]!, index, what))),
  );
  const sum = (value: (report: (typeof reports)[number]) => number) =>
    reports.reduce((total, report) => total + value(report), 0);
  const acks = sum(({ text }) => exchange(text, "REQUEST-ACK").received);
  const discovers = sum(({ text }) => exchange(text, "DISCOVER-OFFER").sent);
  const planned = what.rate * what.seconds;
  const millis = (name: string) => latencyOf(reports.flatMap(({ text }) => delays(text, name)));
  return {
    rate: what.rate,
    offered: Math.round(discovers / what.seconds),
    completed: Math.round(acks / what.seconds),
    lossPercent: Math.max(0, 100 * (1 - acks / planned)),
    ...(what.withLatency && { offer: millis("DISCOVER-OFFER"), ack: millis("REQUEST-ACK") }),
    toolMicros: Math.round((1e6 * sum(({ cpu }) => cpu)) / Math.max(1, acks)),
  };
}

function onRelay(lab: Lab, host: string, target: string, index: number, what: Drive) {
  const { rate, seconds, generation, withLatency } = what;
  const base = `mac=02:${hex(0x10 + index)}:${hex(generation)}:00:00:00`;
  const load = ["-r", `${Math.max(1, Math.round(rate / 3))}`, "-R", `${CLIENTS / 3}`, "-p", `${seconds}`];
  // -W: a reply has a second, also the last one.
  const argv = ["perfdhcp", "-4", "-l", "eth0", ...load, "-b", base, "-W", "1000000"];
  if (withLatency) argv.push("-x", "t");
  const to = target === "all" ? "all" : lab.host(target).address!;
  return measured(lab, host, [...argv, to]);
}

const hex = (octet: number) => (octet & 255).toString(16).padStart(2, "0");

function measured(lab: Lab, host: string, argv: readonly string[]): Promise<{ text: string; cpu: number }> {
  const on = lab.onHost(host);
  const [program, ...args] = [...on.argv, ...argv];
  return new Promise((resolve, reject) => {
    const running = spawn(program!, args, {
      env: { ...process.env, ...on.env },
      stdio: ["ignore", "pipe", "ignore"],
    });
    const out: Buffer[] = [];
    let cpu = 0;
    const watch = setInterval(() => {
      cpu = cpuSeconds(running.pid!) ?? cpu;
    }, 100);
    running.stdout.on("data", (chunk: Buffer) => out.push(chunk));
    running.on("error", reject);
    running.on("close", () => {
      clearInterval(watch);
      resolve({ text: Buffer.concat(out).toString(), cpu });
    });
  });
}

// perfdhcp -x t:   ***Timestamps for packets: REQUEST-ACK***
//                  sent / received: 000000.200683 / 000000.200923        seconds since it began
function delays(text: string, name: string): number[] {
  const section = text.split(`Timestamps for packets: ${name}`)[1]?.split("***Timestamps")[0] ?? "";
  return [...section.matchAll(/sent \/ received: ([\d.]+) \/ ([\d.]+)/g)].map(
    ([, sent, received]) => 1000 * (Number(received) - Number(sent)),
  );
}
