// The load: perfdhcp, ISC's own tool, as a relay, for every contestant alike. One is the rule, as each takes much of the
// processors that the servers need; it then spreads the clients by a hash of their hardware addresses over the servers that
// answer, as equal-cost routes to one address do. With three, each asks one server, as relays of racks do.
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

/** No host's: what is sent there goes to the server whose share the client is in. */
const SPREAD = "10.77.0.10";

export const CLIENTS = 60_000;

/** Which hosts are asked, each by its share of the clients; or all by broadcast. */
export type Target = readonly string[] | "all";

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

/** Relays before the servers of a lab. */
export class Relays {
  private readonly lab: Lab;
  private readonly target: Target;
  private readonly hosts: readonly string[];

  private constructor(lab: Lab, target: Target, hosts: readonly string[]) {
    this.lab = lab;
    this.target = target;
    this.hosts = hosts;
  }

  /** Gives them their addresses. They do not hear each other, as in a site where each has its own link. */
  static async before(lab: Lab, target: Target, count = 1): Promise<Relays> {
    const chosen = RELAYS.slice(0, count);
    for (const [host, address] of chosen) {
      if (address)
        await must([...lab.onHost(host).argv, "ip", "address", "add", `${address}/16`, "dev", "eth0"]);
      const isolate = ["ip", "link", "set", host, "type", "bridge_slave", "isolated", "on"];
      await must([...lab.onHost("sw").argv, ...isolate]);
    }
    if (target !== "all" && count < target.length) await spread(lab, chosen[0]![0], target);
    return new Relays(
      lab,
      target,
      chosen.map(([host]) => host),
    );
  }

  /** Runs perfdhcp on all of them at once. */
  async drive(what: Drive): Promise<Driven> {
    const reports = await withReceiveRoom(() =>
      Promise.all(this.hosts.map((host, index) => measured(this.lab, host, this.perfdhcp(index, what)))),
    );
    const sum = (value: (report: (typeof reports)[number]) => number) =>
      reports.reduce((total, report) => total + value(report), 0);
    const acks = sum(({ text }) => exchange(text, "REQUEST-ACK").received);
    const discovers = sum(({ text }) => exchange(text, "DISCOVER-OFFER").sent);
    const millis = (name: string) => latencyOf(reports.flatMap(({ text }) => delays(text, name)));
    return {
      rate: what.rate,
      offered: Math.round(discovers / what.seconds),
      completed: Math.round(acks / what.seconds),
      lossPercent: Math.max(0, 100 * (1 - acks / (what.rate * what.seconds))),
      ...(what.withLatency && { offer: millis("DISCOVER-OFFER"), ack: millis("REQUEST-ACK") }),
      toolMicros: Math.round((1e6 * sum(({ cpu }) => cpu)) / Math.max(1, acks)),
    };
  }

  private perfdhcp(index: number, { rate, seconds, generation, withLatency }: Drive): string[] {
    const share = this.hosts.length;
    const base = ["-b", `mac=02:${hex(0x10 + index)}:${hex(generation)}:00:00:00`];
    // -W: a reply has a second, also the last one.
    const load = ["-r", `${Math.max(1, Math.round(rate / share))}`, "-p", `${seconds}`, "-W", "1000000"];
    const clients = ["-R", `${CLIENTS / share}`, ...base];
    const times = withLatency ? ["-x", "t"] : [];
    return ["perfdhcp", "-4", "-l", "eth0", ...load, ...clients, ...times, this.serverOf(index)];
  }

  private serverOf(index: number): string {
    const { target, hosts, lab } = this;
    if (target === "all") return "all";
    return hosts.length < target.length ? SPREAD : lab.host(target[index % target.length]!).address!;
  }
}

/** Makes a relay's host send each client's packets to one of the servers, by a hash of the hardware address. */
async function spread(lab: Lab, relay: string, servers: readonly string[]): Promise<void> {
  const shares = servers.map((host, index) => `${index} : ${lab.host(host).address}`);
  // Octet 36 of UDP with its header: chaddr (RFC 2131 §2).
  const share = `jhash @th,288,48 mod ${servers.length} map { ${shares.join(", ")} }`;
  const toServer = `ip daddr ${SPREAD} udp dport 67 ip daddr set ${share}`;
  const additions = [
    "table ip spread",
    "chain ip spread out { type route hook output priority -150; }",
    `rule ip spread out ${toServer}`,
  ];
  await must([...lab.onHost(relay).argv, "nft", additions.map((each) => `add ${each}`).join("; ")]);
}

const hex = (octet: number) => (octet & 255).toString(16).padStart(2, "0");

// perfdhcp keeps every packet, and its threads would ask the kernel for memory 132 KiB at a time, on the processors that
// the servers need.
const MALLOC = { GLIBC_TUNABLES: `glibc.malloc.top_pad=${64 * 1024 * 1024}` };

function measured(lab: Lab, host: string, argv: readonly string[]): Promise<{ text: string; cpu: number }> {
  const on = lab.onHost(host);
  const [program, ...args] = [...on.argv, ...argv];
  return new Promise((resolve, reject) => {
    const running = spawn(program!, args, {
      env: { ...process.env, ...on.env, ...MALLOC },
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
