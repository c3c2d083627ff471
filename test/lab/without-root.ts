// Labs of a user without root live in a user namespace, in which the user is root. A keeper process holds it in being
// between commands; every command goes in there and runs again.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { constants, tmpdir } from "node:os";
import { isAlive, kill, type Process, startDaemon } from "./processes.ts";
import { until } from "./shell.ts";

const KEEPER =
  "mount -t tmpfs -o mode=755 tmpfs /run && ip link set lo up && mkdir -p /run/netns && exec sleep infinity";

/**
 * Runs this very program again where it is root, and answers with its exit code; undefined when it is root already.
 * @throws Error with a sentence where the kernel gives users no namespaces.
 */
export async function againAsRoot(): Promise<number | undefined> {
  if (process.getuid?.() === 0) return undefined;
  return runAsRoot(process.execPath, [...process.execArgv, ...process.argv.slice(1)]);
}

/** As a user without root: runs a program where the labs are. */
export async function runAsRoot(program: string, args: readonly string[]): Promise<number> {
  process.env.PATH = `${process.env.PATH}:/usr/local/sbin:/usr/sbin:/sbin`;
  const keeper = await keeperOf(process.getuid!());
  const enter = ["--target", `${keeper.pid}`, "--user", "--net", "--mount", "--preserve-credentials", "--"];
  const at = ["sh", "-c", 'cd "$0"; exec "$@"', process.cwd()];
  const code = await new Promise<number>((resolve, reject) => {
    const running = spawn("nsenter", [...enter, ...at, program, ...args], { stdio: "inherit" });
    process.on("SIGINT", () => {});
    running.on("error", reject);
    running.on("exit", (exitCode, signal) => resolve(exitCode ?? 128 + constants.signals[signal!]));
  });
  if (readdirSync(netnsOf(keeper)).length === 0) await kill(keeper); // The last lab is down.
  return code;
}

const netnsOf = ({ pid }: Process) => `/proc/${pid}/root/run/netns`;

async function keeperOf(user: number): Promise<Process> {
  const file = `${tmpdir()}/leasehold-keeper-${user}`;
  if (existsSync(file)) {
    const known = JSON.parse(readFileSync(file, "utf8")) as Process;
    if (isAlive(known)) return known;
  }
  const log = `${file}.log`;
  rmSync(log, { force: true });
  const keeper = startDaemon(
    ["unshare", "--user", "--map-root-user", "--net", "--mount", "sh", "-c", KEEPER],
    log,
  );
  await until("a user namespace is made", 5, async () => !isAlive(keeper) || existsSync(netnsOf(keeper)), 10);
  if (!isAlive(keeper)) {
    const said = readFileSync(log, "utf8").trim();
    throw new Error(
      `Without root, the lab needs user namespaces, and this machine gives none (${said}). Run it as root.`,
    );
  }
  writeFileSync(file, JSON.stringify(keeper));
  return keeper;
}
