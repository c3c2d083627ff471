// What is known of a lab that is up, in its directory: its plan, the processes that hold it in being, and its secrets.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { directoryOf, type LabHost, type LabPlan } from "./layout.ts";
import { isAlive, type Process } from "./processes.ts";

export type NatsUser = "route" | "sys" | "admin" | "dhcpd" | "syncer" | "bootd";

export interface LabState extends LabPlan {
  readonly token: string;
  readonly passwords: Readonly<Record<NatsUser, string>>;
  /** By host: the process that everything on the host enters through. */
  readonly holders: Readonly<Record<string, Process>>;
  /** By host and service (`n1`, `s1`, `smd`): an address on this machine's 127.0.0.1 that leads there. */
  readonly doors: Readonly<Record<string, string>>;
  /** The nodes' dhcpd read clocks that can be shifted. */
  readonly clocks: boolean;
  /** The size of the disks that the nodes' stores are on; without it they are on the machine's. */
  readonly diskMegabytes?: number;
  /** JetStream's `sync_interval`, where it is not what infra/nats says. */
  readonly syncInterval?: string;
  /** NATS servers run as any other process, and not as their unit says. */
  readonly plainNats?: boolean;
  /** There is a second network, lan0. */
  readonly lan?: boolean;
  /** Each node has a boot server. */
  readonly boot?: boolean;
  /** Set when `up` came to its end. */
  readonly complete: boolean;
}

const fileOf = (directory: string) => `${directory}/lab.json`;

export function saveState(state: LabState): void {
  writeFileSync(fileOf(state.directory), JSON.stringify(state, undefined, 2), { mode: 0o600 });
}

/** @throws Error with a sentence when there is no such lab, or only the remains of one. */
export function loadState(name: string): LabState {
  const file = fileOf(directoryOf(name));
  if (!existsSync(file)) throw new Error(`There is no lab "${name}". \`./run lab up\` builds one.`);
  const state = JSON.parse(readFileSync(file, "utf8")) as LabState;
  if (!state.complete || !Object.values(state.holders).every(isAlive)) {
    throw new Error(`Of the lab "${name}" only remains are left. \`./run lab up\` builds it anew.`);
  }
  return state;
}

export function makeDirectory(directory: string): void {
  for (const folder of ["", "/logs", "/pids", "/bin", "/stores", "/captures", "/boot"]) {
    mkdirSync(directory + folder, { recursive: true, mode: 0o755 });
  }
}

export function removeDirectory(name: string): void {
  rmSync(directoryOf(name), { recursive: true, force: true });
}

/** @throws Error naming the hosts that there are. */
export function hostOf(state: LabPlan, name: string): LabHost {
  const host = state.hosts.find((each) => each.name === name);
  if (host) return host;
  throw new Error(
    `The lab has no host "${name}"; it has ${state.hosts.map((each) => each.name).join(", ")}.`,
  );
}

export const nodesOf = (state: LabPlan): LabHost[] => state.hosts.filter(({ role }) => role === "node");

export const logOf = (state: LabPlan, host: string, service: string) =>
  `${state.directory}/logs/${host}.${service}.log`;

const pidFile = (state: LabPlan, host: string, service: string) =>
  `${state.directory}/pids/${host}.${service}`;

export function savePid(state: LabPlan, host: string, service: string, running: Process): void {
  writeFileSync(pidFile(state, host, service), JSON.stringify(running));
}

export function loadPid(state: LabPlan, host: string, service: string): Process | undefined {
  const file = pidFile(state, host, service);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Process) : undefined;
}
