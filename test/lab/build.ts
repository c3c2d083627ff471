// Builds a lab, step by step, and takes it down again.
import { randomBytes } from "node:crypto";
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { awaitInventory, awaitMembers, initialiseStore, loadDocuments } from "./contents.ts";
import { makeDisk } from "./disk.ts";
import { openDoors } from "./doors.ts";
import { awaitHost, startHost } from "./host.ts";
import { plan, root } from "./layout.ts";
import { buildNamespaces, namespacesOf, removeNamespaces } from "./namespaces.ts";
import { awaitService, startService, typescript } from "./service.ts";
import { inventoryFile, services, servicesOf } from "./services.ts";
import { type LabState, logOf, makeDirectory, removeDirectory, saveState } from "./state.ts";
import { makeLan } from "./wires.ts";

export interface LabOptions {
  readonly name: string;
  readonly nodes: number;
  readonly clients: number;
  /** The network document; the lab's own when not given. */
  readonly network?: string;
  /** Rows in SMD's shapes, loaded by the stand-in. */
  readonly inventory?: string;
  /** Gives each node's dhcpd a clock that can be shifted. */
  readonly clocks?: boolean;
  /** Puts each node's store on a disk of its own, of so many megabytes. */
  readonly diskMegabytes?: number;
  /** JetStream's `sync_interval`, to show what another one than `always` does. */
  readonly syncInterval?: string;
  /** Runs NATS servers as any other process, to show what their unit's settings change. */
  readonly plainNats?: boolean;
  /** Gives nodes and r1 a second network, lan0, which the nodes serve, too. */
  readonly lan?: boolean;
  /** Gives each node a boot server; also where the network document has `boot`. */
  readonly boot?: boolean;
}

export type Say = (line: string) => void;

/** Builds a lab in place of what is left of an older one of its name; when it cannot, nothing but the logs is left. */
export async function buildLab(options: LabOptions, say: Say): Promise<LabState> {
  if (namespacesOf(options.name).length > 0) say(`removing what is left of an earlier lab "${options.name}"`);
  await removeLab(options.name);
  try {
    return await build(options, say);
  } catch (cause) {
    await removeNamespaces(options.name);
    throw cause;
  }
}

/** Hosts and wires alone: for other servers than ours, which then live in the same surroundings. */
export async function buildEmptyLab(options: LabOptions): Promise<LabState> {
  await removeLab(options.name);
  const state = { ...(await buildHosts(options)), complete: true };
  saveState(state);
  return state;
}

export async function removeLab(name: string): Promise<void> {
  await removeNamespaces(name);
  removeDirectory(name);
}

async function build(options: LabOptions, say: Say): Promise<LabState> {
  const started = performance.now();
  const passed = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  const empty = await buildHosts(options);
  say(`${empty.hosts.length} hosts are there (${passed()})`);
  await startEverywhere(empty, ["nats"]);
  say(`NATS serves on ${options.nodes} nodes (${passed()})`);
  await initialiseStore(empty);
  startServices(empty, ["dhcpd", "smd"]);
  await loadDocuments(empty, options.network ?? `${root}test/lab/network.yaml`);
  await startEverywhere(
    empty,
    services.map(({ name }) => name),
  );
  await awaitMembers(empty);
  if (options.inventory) await awaitInventory(empty);
  say(`the cluster answers (${passed()})`);
  const state = { ...empty, complete: true };
  saveState(state);
  return state;
}

async function buildHosts(options: LabOptions): Promise<LabState> {
  const planned = plan(options.name, options.nodes, options.clients);
  const { directory, hosts } = planned;
  makeDirectory(directory);
  await buildNamespaces(planned);
  if (options.lan) await makeLan(planned);
  const holders = Object.fromEntries(
    hosts.map((host) => [host.name, startHost(host, logOf(planned, host.name, "host"))]),
  );
  await Promise.all(
    hosts.map((host) => awaitHost(host, holders[host.name]!, logOf(planned, host.name, "host"))),
  );
  const doors = await openDoors(planned, holders.sw!, logOf(planned, "sw", "door"));
  const state: LabState = {
    ...planned,
    holders,
    doors,
    token: secret(),
    passwords: passwords(),
    clocks: options.clocks ?? false,
    ...(options.diskMegabytes && { diskMegabytes: options.diskMegabytes }),
    ...(options.syncInterval && { syncInterval: options.syncInterval }),
    ...(options.plainNats && { plainNats: true }),
    ...(options.lan && { lan: true }),
    ...((options.boot ?? hasBoot(options.network)) && { boot: true }),
    complete: false,
  };
  saveState(state);
  await makeDisks(state);
  writeShim(directory);
  if (options.inventory) copyFileSync(options.inventory, inventoryFile(state));
  else writeFileSync(inventoryFile(state), "{}");
  return state;
}

async function makeDisks(state: LabState): Promise<void> {
  const { diskMegabytes, hosts } = state;
  if (diskMegabytes === undefined) return;
  const nodes = hosts.filter(({ role }) => role === "node");
  await Promise.all(nodes.map((host) => makeDisk(state, host, diskMegabytes)));
}

function hasBoot(network: string | undefined): boolean {
  return network !== undefined && /^ *(- \{ ?)?boot:/m.test(readFileSync(network, "utf8"));
}

// A letter first: nats-server reads the value as configuration.
const secret = () => `s${randomBytes(16).toString("hex")}`;

function passwords(): LabState["passwords"] {
  return {
    route: secret(),
    sys: secret(),
    admin: secret(),
    dhcpd: secret(),
    syncer: secret(),
    bootd: secret(),
  };
}

// `leasehold` on the lab's hosts.
function writeShim(directory: string): void {
  const file = `${directory}/bin/leasehold`;
  writeFileSync(
    file,
    `#!/bin/sh\nexec ${typescript("apps/ctl/src/main.ts")
      .map((word) => `'${word}'`)
      .join(" ")} "$@"\n`,
  );
  chmodSync(file, 0o755);
}

function placesOf(state: LabState, names: readonly string[]) {
  const chosen = services.filter(({ name }) => names.includes(name));
  return chosen.flatMap((service) =>
    state.hosts
      .filter((host) => servicesOf(state, host).includes(service))
      .map((host) => ({ service, host })),
  );
}

function startServices(state: LabState, names: readonly string[]): void {
  for (const { service, host } of placesOf(state, names)) startService(state, host, service);
}

async function startEverywhere(state: LabState, names: readonly string[]): Promise<void> {
  startServices(state, names);
  await Promise.all(
    placesOf(state, names).map(({ service, host }) => awaitService(state, host, service, 30)),
  );
}
