// Processes that outlive us, known by pid and start time, so that a pid that was given to somebody else is never touched.
import { spawn } from "node:child_process";
import { closeSync, openSync, readdirSync, readFileSync, statSync } from "node:fs";
import { sleep } from "./shell.ts";

export interface Process {
  readonly pid: number;
  /** Field 22 of /proc/<pid>/stat: clock ticks after the machine's boot. */
  readonly started: string;
}

/** Starts a program in the background, its output appended to a file. */
export function startDaemon(
  argv: readonly string[],
  log: string,
  env: Readonly<Record<string, string>> = {},
  pass: readonly number[] = [],
): Process {
  const [program, ...args] = argv;
  const file = openSync(log, "a");
  try {
    const stdio = ["ignore" as const, file, file, ...pass];
    const running = spawn(program!, args, { detached: true, stdio, env: { ...process.env, ...env } });
    running.on("error", () => {}); // Seen below: it has no pid.
    running.unref();
    const started = running.pid === undefined ? undefined : startTime(running.pid);
    if (running.pid === undefined || started === undefined)
      throw new Error(`"${program}" could not be started`);
    return { pid: running.pid, started };
  } finally {
    closeSync(file);
  }
}

function stat(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" "); // The command's name, in brackets, may hold spaces.
  } catch {
    return undefined;
  }
}

function startTime(pid: number): string | undefined {
  return stat(pid)?.[19];
}

export function isAlive({ pid, started }: Process): boolean {
  const fields = stat(pid);
  return fields !== undefined && fields[19] === started && fields[0] !== "Z";
}

/** False when it is gone already. */
export function signal(target: Process, name: NodeJS.Signals): boolean {
  if (!isAlive(target)) return false;
  try {
    return process.kill(target.pid, name);
  } catch {
    return false;
  }
}

/** Kills with SIGKILL and waits until the process is gone. */
export async function kill(target: Process): Promise<boolean> {
  const was = signal(target, "SIGKILL");
  while (isAlive(target)) await sleep(5);
  return was;
}

/** As `kill`, with all that it has started: a daemon leads a process group. */
export async function killGroup(target: Process): Promise<void> {
  if (!isAlive(target)) return;
  try {
    process.kill(-target.pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
  await kill(target);
}

/** Kills whatever lives in these network namespaces (files under /run/netns), and waits until it is gone. */
export async function killInNamespaces(files: readonly string[]): Promise<void> {
  const namespaces = new Set(files.map((file) => statSync(file, { throwIfNoEntry: false })?.ino));
  for (let round = 0; round < 200; round++) {
    const left = everyPid().filter((pid) => pid !== process.pid && namespaces.has(namespaceOfProcess(pid)));
    if (left.length === 0) return;
    for (const pid of left) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // Gone meanwhile.
      }
    }
    await sleep(10);
  }
}

function everyPid(): number[] {
  return readdirSync("/proc").map(Number).filter(Number.isInteger);
}

function namespaceOfProcess(pid: number): number | undefined {
  try {
    return statSync(`/proc/${pid}/ns/net`).ino;
  } catch {
    return undefined; // A zombie, or gone, or not ours.
  }
}
