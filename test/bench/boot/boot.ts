// `./run bench boot`: files and scripts for machines that boot, from ours and from what sites have today, in turn, several times, in one run.

import { randomFillSync } from "node:crypto";
import { closeSync, copyFileSync, existsSync, mkdirSync, openSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { residentMiB } from "../cpu.ts";
import { median } from "../latency.ts";
import type { Result, Shown } from "../results.ts";
import { ensureBootRivals } from "../rivals.ts";
import { table } from "../table.ts";
import type { Words } from "../words.ts";
import {
  type BootContestant,
  bootContestants,
  SERVER,
  type ServedFolder,
  STATIC_SCRIPT,
} from "./boot-servers.ts";
import { scriptsASecond } from "./scripts.ts";
import { type Transferred, transferred } from "./transfers.ts";

const RUNS = 3;
const TFTP_MEGABYTES = 32;
const HTTP_MEGABYTES = 1000;
const HTTP_CLIENTS = 8;
const BLOCK = 1468;
const BIG_WINDOW = 16;

const measures = {
  "tftp 1": "TFTP, window 1, one client",
  "tftp 16": "TFTP, window 16, one client",
  "tftp 1 × 8": "TFTP, window 1, 8 clients",
  "tftp 16 × 8": "TFTP, window 16, 8 clients",
  http: "HTTP, 1 GB to 8 clients",
} as const;
type MeasureName = keyof typeof measures;

interface BootRun {
  readonly transfers: Partial<Record<MeasureName, Transferred>>;
  /** Requests a second. */
  readonly scripts?: number;
  /** The most that was seen. */
  readonly memoryMiB: number;
}

interface Measured extends Pick<BootContestant, "name" | "title" | "settings"> {
  readonly version: string;
  readonly runs: readonly BootRun[];
}

export interface BootSpeed extends Result {
  readonly contestants: readonly Measured[];
}

export async function measureBoot(words: Words, labName: string): Promise<Pick<BootSpeed, "contestants">> {
  await ensureBootRivals((line) => console.log(line));
  const runs = words.number("runs", RUNS);
  const chosen = bootContestants.filter(({ name }) => words.only.length === 0 || words.only.includes(name));
  if (chosen.length === 0)
    throw new Error(`--only takes ${bootContestants.map(({ name }) => name).join(", ")}.`);
  const found = new Map<string, BootRun[]>(chosen.map(({ name }) => [name, []]));
  for (let run = 0; run < runs; run++) {
    for (const one of [...chosen.slice(run % chosen.length), ...chosen.slice(0, run % chosen.length)]) {
      console.log(`run ${run + 1} of ${runs}: ${one.title}`);
      found.get(one.name)!.push(await measured(one, labName));
    }
  }
  const contestants = chosen.map(async (one) => {
    const { name, title, settings } = one;
    return { name, title, settings, version: await one.version(), runs: found.get(name)! };
  });
  return { contestants: await Promise.all(contestants) };
}

async function measured(contestant: BootContestant, labName: string): Promise<BootRun> {
  const served = await contestant.start(labName);
  const memory = new MemoryWatch(served);
  try {
    const { ways, hasWindows } = contestant;
    const transfers: Partial<Record<MeasureName, Transferred>> = {};
    const note = async (name: MeasureName, file: string, clients: readonly (readonly string[])[]) => {
      const one = await transferred(served.lab, served.groups, file, clients);
      console.log(
        `  ${measures[name]}: ${one.megabytesASecond.toFixed(0)} MB/s, ${one.cpuMillisAMegabyte.toFixed(2)} ms CPU a MB`,
      );
      transfers[name] = one;
    };
    if (ways.includes("tftp")) await byTftp(served, hasWindows, note);
    let scripts: number | undefined;
    if (ways.includes("http")) {
      const file = madeFile(served, "image", HTTP_MEGABYTES);
      const argv = ["curl", "-sf", "-o", "/dev/null", `${served.httpUrl}/image`];
      await note("http", file, Array(HTTP_CLIENTS).fill(argv));
      scripts = await scriptsASecond(served, `${served.folder}/${STATIC_SCRIPT}`);
      console.log(`  scripts: ${scripts.toFixed(0)}/s`);
    }
    return { transfers, ...(scripts !== undefined && { scripts }), memoryMiB: memory.end() };
  } finally {
    memory.end();
    await served.lab.down();
  }
}

type Note = (name: MeasureName, file: string, clients: readonly (readonly string[])[]) => Promise<void>;

async function byTftp(served: ServedFolder, hasWindows: boolean, note: Note): Promise<void> {
  const file = madeFile(served, "loader", TFTP_MEGABYTES);
  const address = served.lab.host(SERVER).address!;
  const curl = ["curl", "-sf", "--tftp-blksize", `${BLOCK}`, "-o", "/dev/null", `tftp://${address}/loader`];
  await note("tftp 1", file, [curl]);
  await note("tftp 1 × 8", file, Array(8).fill(curl));
  if (!hasWindows) return;
  const options = ["--option", `blksize ${BLOCK}`, "--option", `windowsize ${BIG_WINDOW}`];
  const atftp = [
    "atftp",
    ...options,
    "--get",
    "--remote-file",
    "loader",
    "--local-file",
    "/dev/null",
    address,
  ];
  await note("tftp 16", file, [atftp]);
  await note("tftp 16 × 8", file, Array(8).fill(atftp));
}

/** The same random octets for all, read from memory: made once a run of the command. */
function madeFile({ folder }: ServedFolder, name: string, megabytes: number): string {
  const made = `${tmpdir()}/leasehold-bench-boot-${megabytes}`;
  if (!existsSync(made)) {
    const octets = randomFillSync(Buffer.alloc(1_000_000));
    const fd = openSync(made, "w");
    for (let i = 0; i < megabytes; i++) writeSync(fd, octets);
    closeSync(fd);
  }
  mkdirSync(folder, { recursive: true });
  copyFileSync(made, `${folder}/${name}`);
  return `${folder}/${name}`;
}

class MemoryWatch {
  private most = 0;
  private readonly timer: NodeJS.Timeout;

  constructor({ groups }: ServedFolder) {
    const pids = Object.values(groups).flat();
    this.timer = setInterval(() => {
      const now = pids.reduce((sum, pid) => sum + residentMiB(pid), 0);
      this.most = Math.max(this.most, now);
    }, 200);
  }

  /** MiB, the most since the start. */
  end(): number {
    clearInterval(this.timer);
    return Math.round(this.most);
  }
}

export function shownBoot({ contestants }: BootSpeed): Shown {
  const names = Object.keys(measures) as MeasureName[];
  const valuesOf = ({ runs }: Measured, name: MeasureName) =>
    runs.flatMap(({ transfers }) => transfers[name] ?? []);
  const cell = (one: Measured, name: MeasureName) => {
    const values = valuesOf(one, name);
    if (values.length === 0) return "–";
    const speed = median(values.map(({ megabytesASecond }) => megabytesASecond));
    const cpu = median(values.map(({ cpuMillisAMegabyte }) => cpuMillisAMegabyte));
    return `${speed.toFixed(0)} (${cpu.toFixed(2)})`;
  };
  const scriptsOf = ({ runs }: Measured) => {
    const values = runs.flatMap(({ scripts }) => scripts ?? []);
    return values.length === 0 ? "–" : `${median(values).toFixed(0)}`;
  };
  const head = ["", ...contestants.map(({ title }) => title)];
  const rows = [
    ...names.map((name) => [measures[name], ...contestants.map((one) => cell(one, name))]),
    ["scripts a second, 32 connections", ...contestants.map(scriptsOf)],
    [
      "memory, MiB, the most",
      ...contestants.map(({ runs }) => `${Math.max(...runs.map(({ memoryMiB }) => memoryMiB))}`),
    ],
  ];
  const notes = contestants.map(
    ({ title, version, settings }) => `- **${title}** (${version}): ${settings}.`,
  );
  const rule = `MB/s of all clients together, and ms of the server's CPU a MB in brackets; medians of ${contestants[0]?.runs.length ?? 0} runs in turn, blocks of ${BLOCK} octets; clients: curl, and atftp for windows of ${BIG_WINDOW}. nginx sends a file that is as long as a script.`;
  return { markdown: [rule, table(head, rows), notes.join("\n")].join("\n\n") };
}
