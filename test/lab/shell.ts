// Programs run to their end, with what they said.
import { type SpawnOptions, spawn } from "node:child_process";

export interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ShellOptions {
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** After so many ms the program is killed and the code is 124, as timeout(1) does. */
  readonly timeout?: number;
}

/** Runs a program and answers with its exit code and output; never rejects for an exit code. */
export function shell(argv: readonly string[], options: ShellOptions = {}): Promise<Result> {
  return new Promise((resolve, reject) => {
    const [program, ...args] = argv;
    const running = spawn(program!, args, {
      stdio: "pipe",
      env: { ...process.env, ...options.env },
    } as SpawnOptions);
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    let timedOut = false;
    const timer = options.timeout
      ? setTimeout(() => {
          timedOut = true;
          running.kill("SIGKILL");
        }, options.timeout)
      : undefined;
    running.stdout!.on("data", (chunk: Buffer) => out.push(chunk));
    running.stderr!.on("data", (chunk: Buffer) => err.push(chunk));
    running.stdin!.on("error", () => {}); // A program that reads nothing may close it first.
    running.stdin!.end(options.input ?? "");
    running.on("error", reject);
    const end = (code: number | null) => {
      clearTimeout(timer);
      const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString();
      resolve({ code: timedOut ? 124 : (code ?? 137), stdout: text(out), stderr: text(err) });
    };
    // Not "close": a client that went to the background keeps the pipes open.
    running.on("exit", (code) => setTimeout(end, 20, code));
  });
}

/** Runs a program that has to succeed, and answers with its standard output. */
export async function must(argv: readonly string[], options: ShellOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await shell(argv, options);
  if (code !== 0)
    throw new Error(`\`${argv.join(" ")}\` failed with ${code}: ${stderr.trim() || stdout.trim()}`);
  return stdout;
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Asks until the answer is neither undefined nor false; what it waited for is in the error when time is up. */
export async function until<T>(
  what: string,
  seconds: number,
  ask: () => Promise<T | undefined | false>,
  every = 100,
): Promise<T> {
  const end = performance.now() + seconds * 1000;
  let trouble = "";
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (cause) {
      trouble = `: ${(cause as Error).message}`;
    }
    if (performance.now() > end) throw new Error(`${what}: not within ${seconds} s${trouble}`);
    await sleep(every);
  }
}
