// What the figures were taken on, and whether it was quiet: a figure without that says nothing.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, loadavg, release, tmpdir, totalmem } from "node:os";
import { sleep } from "../lab/shell.ts";
import { root } from "../run/child.ts";

export interface Machine {
  readonly processor: string;
  readonly processors: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  /** Of the folder in which every server keeps its leases. */
  readonly fileSystem: string;
  readonly node: string;
  readonly commit: string;
  /** Of one processor, %, over two seconds before anything was started. */
  readonly busyPercent: number;
  readonly loadAverage: number;
}

/** More than this, of one processor, is somebody else's work. */
export const BUSY_PERCENT_MAX = 10;

export async function describeMachine(): Promise<Machine> {
  return {
    processor: cpus()[0]?.model.trim() ?? "unknown",
    processors: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    fileSystem: said("findmnt", "-n", "-o", "FSTYPE,SOURCE", "-T", tmpdir()).replaceAll(/\s+/g, " "),
    node: process.version,
    commit: commit(),
    busyPercent: await busyPercent(2000),
    loadAverage: loadavg()[0]!,
  };
}

/** What makes figures of this machine doubtful, in sentences. */
export function doubts({ busyPercent, fileSystem, commit }: Machine): string[] {
  return [
    ...(busyPercent > BUSY_PERCENT_MAX
      ? [`The machine is busy: ${busyPercent} % of a processor is used before anything was started.`]
      : []),
    ...(fileSystem.startsWith("tmpfs")
      ? [`${tmpdir()} is in memory, so that no fsync costs anything: set TMPDIR to a folder on a disk.`]
      : []),
    ...(commit.endsWith("-dirty") ? ["What is measured is not committed."] : []),
  ];
}

async function busyPercent(ms: number): Promise<number> {
  const before = jiffies();
  await sleep(ms);
  const after = jiffies();
  const total = after.total - before.total;
  return Math.round((100 * cpus().length * (total - (after.idle - before.idle))) / total);
}

function jiffies() {
  const fields = readFileSync("/proc/stat", "utf8")
    .split("\n")[0]!
    .trim()
    .split(/\s+/)
    .slice(1, 9)
    .map(Number);
  return { total: fields.reduce((sum, field) => sum + field, 0), idle: fields[3]! + fields[4]! };
}

// What an earlier subject has just published is no change of what is measured.
function commit(): string {
  const changes = said("git", "-C", root, "status", "--porcelain", "--", ".", ":!docs/performance*");
  return said("git", "-C", root, "rev-parse", "--short", "HEAD") + (changes === "" ? "" : "-dirty");
}

function said(program: string, ...args: string[]): string {
  try {
    return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "unknown";
  }
}
