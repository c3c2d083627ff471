// What can befall a node of the lab: its programs are killed, stopped, started again; its cluster traffic is cut.
import { freezeDisk, thawDisk } from "./disk.ts";
import { entering } from "./host.ts";
import type { LabHost } from "./layout.ts";
import { isAlive, kill, type Process, signal } from "./processes.ts";
import { awaitService, type Service, startService } from "./service.ts";
import { servicesOf } from "./services.ts";
import { must, sleep } from "./shell.ts";
import { type LabState, loadPid } from "./state.ts";

/** @throws Error naming what runs on the host. */
export function chosenServices(state: LabState, host: LabHost, what: string): readonly Service[] {
  const running = servicesOf(state, host);
  const chosen = what === "all" ? running : running.filter(({ name }) => name === what);
  if (chosen.length > 0) return chosen;
  const names = running.map(({ name }) => name).join(", ") || "nothing";
  throw new Error(`On ${host.name} there is no "${what}"; it runs ${names}.`);
}

function processesOf(state: LabState, host: LabHost, what: string) {
  return chosenServices(state, host, what).flatMap(({ name }) => loadPid(state, host.name, name) ?? []);
}

/** SIGKILL: no goodbye. */
export async function killServices(state: LabState, host: LabHost, what: string): Promise<void> {
  await Promise.all(processesOf(state, host, what).map(kill));
}

/** SIGTERM, and waits for the end. */
export async function stopServices(state: LabState, host: LabHost, what: string): Promise<void> {
  // The last started goes first: a node says goodbye while its NATS is there.
  for (const running of processesOf(state, host, what).toReversed()) await end(running, "SIGTERM", 30);
}

/** The NATS server hands over its leaderships, then closes its connections one by one, and ends (`--signal ldm`). */
export async function lameDuck(state: LabState, host: LabHost): Promise<void> {
  for (const running of processesOf(state, host, "nats")) await end(running, "SIGUSR2", 60);
}

async function end(running: Process, word: NodeJS.Signals, seconds: number): Promise<void> {
  signal(running, word);
  const deadline = performance.now() + seconds * 1000;
  while (isAlive(running) && performance.now() < deadline) await sleep(20);
  await kill(running);
}

export function pauseServices(state: LabState, host: LabHost, what: string): void {
  for (const running of processesOf(state, host, what)) signal(running, "SIGSTOP");
}

export function resumeServices(state: LabState, host: LabHost, what: string): void {
  for (const running of processesOf(state, host, what)) signal(running, "SIGCONT");
}

/** Starts what is not running, and returns when all of it serves. */
export async function startServices(state: LabState, host: LabHost, what: string): Promise<void> {
  for (const service of chosenServices(state, host, what)) {
    startService(state, host, service);
    await awaitService(state, host, service, 60);
  }
}

/** The ports of connections between nodes, by what is cut; DHCP, and a node's way to its own NATS, are left alone. */
const CUT_PORTS = {
  /** All NATS: its own dhcpd still reaches its own server, and nobody else. */
  all: "4222, 6222",
  /** Between the servers alone: every dhcpd still reaches every server. */
  routes: "6222",
} as const;

export type Cut = keyof typeof CUT_PORTS;

export const isCut = (what: string): what is Cut => what in CUT_PORTS;

/** Drops both ends of every such connection between this node and the others. */
export async function cut(state: LabState, host: LabHost, what: Cut = "all"): Promise<void> {
  const ports = `{ ${CUT_PORTS[what]} }`;
  const rules = (name: string) =>
    `${name} "eth0" tcp dport ${ports} drop; ${name} "eth0" tcp sport ${ports} drop;`;
  await heal(state, host);
  await nft(
    state,
    host,
    `table inet lab_cut {
  chain arriving { type filter hook input priority 0; ${rules("iifname")} }
  chain leaving { type filter hook output priority 0; ${rules("oifname")} }
}
`,
  );
}

export async function heal(state: LabState, host: LabHost): Promise<void> {
  // "add" first, because deleting a table that is not there is an error.
  await nft(state, host, "add table inet lab_cut\ndelete table inet lab_cut\n");
}

/**
 * Cuts the power of all nodes at one moment, and gives it back: everything dies by SIGKILL, and each store is what its disk
 * held at the moment before. `start` brings the programs back.
 */
export async function cutPower(state: LabState, hosts: readonly LabHost[]): Promise<void> {
  await Promise.all(hosts.map((host) => killServices(state, host, "all")));
  await Promise.all(hosts.map((host) => freezeDisk(state, host)));
  await must(["sh", "-c", "echo 3 >/proc/sys/vm/drop_caches"]);
  await Promise.all(hosts.map((host) => thawDisk(state, host)));
}

async function nft(state: LabState, host: LabHost, input: string): Promise<void> {
  await must([...entering(state.holders[host.name]!), "nft", "-f", "-"], { input });
}
