// How another server is put onto the hosts of an empty lab.
import { mkdirSync, writeFileSync } from "node:fs";
import { entering } from "../../lab/host.ts";
import type { Lab } from "../../lab/lab.ts";
import { type Process, startDaemon } from "../../lab/processes.ts";
import { logOf } from "../../lab/state.ts";
import { NATS_UNIT, scheduledBy } from "../../lab/systemd-unit.ts";
import { rivalEnvironment, rivalProgram } from "../rivals.ts";

/** A folder on the disk for what the server on this host keeps: where our NATS servers have theirs. */
export function storeOf(lab: Lab, host: string): string {
  const folder = `${lab.state.directory}/stores/${host}`;
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Starts a server on a host, scheduled as our NATS servers are, so that nobody is kept from it; it lives as long as the lab. */
export function startRival(
  lab: Lab,
  host: string,
  argv: readonly string[],
  env: Record<string, string> = {},
): Process {
  const [command, ...words] = argv;
  return startDaemon(
    [...entering(lab.state.holders[host]!), ...scheduledBy(NATS_UNIT), rivalProgram(command!), ...words],
    logOf(lab.state, host, command!),
    { ...rivalEnvironment(), ...env },
  );
}

export function writeConfiguration(lab: Lab, host: string, content: unknown): string {
  const file = `${lab.state.directory}/${host}.rival.json`;
  writeFileSync(file, JSON.stringify(content, undefined, 2));
  return file;
}
