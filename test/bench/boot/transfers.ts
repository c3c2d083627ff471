// How fast files come, by TFTP and by HTTP: octets of all clients together by the time until the last one has its file, and what the server
// used for it.
import { statSync } from "node:fs";
import type { Lab } from "../../lab/lab.ts";
import { cpuOf, type ProcessGroups } from "../cpu.ts";
import { processesBelow } from "./processes-below.ts";
import { ASKER } from "./served.ts";

export interface Transferred {
  /** All clients together, 10^6 octets a second. */
  readonly megabytesASecond: number;
  /** Of the server and its children, ms of CPU for 10^6 octets. */
  readonly cpuMillisAMegabyte: number;
}

/** Each client is a program that writes its file nowhere. @throws Error when one of them fails. */
export async function transferred(
  lab: Lab,
  groups: ProcessGroups,
  file: string,
  clients: readonly (readonly string[])[],
): Promise<Transferred> {
  const megabytes = (statSync(file).size * clients.length) / 1e6;
  const watched = processesBelow(Object.values(groups).flat());
  const before = total(groups);
  const began = performance.now();
  const results = await Promise.all(clients.map((argv) => lab.exec(ASKER, argv)));
  const seconds = (performance.now() - began) / 1000;
  const failed = results.find(({ code }) => code !== 0);
  if (failed)
    throw new Error(`a client failed with ${failed.code}: ${failed.stderr.trim() || failed.stdout.trim()}`);
  const used = total(groups) - before + watched.end();
  return { megabytesASecond: megabytes / seconds, cpuMillisAMegabyte: (1000 * used) / megabytes };
}

const total = (groups: ProcessGroups) => Object.values(cpuOf(groups)).reduce((sum, one) => sum + one, 0);
