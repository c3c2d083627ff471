// Child processes that share our terminal: their exit code is ours.
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";

/** The repository's folder. */
export const root = fileURLToPath(new URL("../..", import.meta.url));

/** Runs a program to its end in the repository's folder; a signal counts as 128 + its number, as in a shell. */
export function child(program: string, args: readonly string[], cwd: string = root): Promise<number> {
  return new Promise((resolve, reject) => {
    const running = spawn(program, args, { cwd, stdio: "inherit" });
    // A terminal's Ctrl-C reaches the child too, and the child says when it is done.
    const ignore = () => {};
    process.on("SIGINT", ignore);
    running.on("error", reject);
    running.on("exit", (code, signal) => {
      process.off("SIGINT", ignore);
      resolve(code ?? 128 + constants.signals[signal!]);
    });
  });
}

/** Runs one of our TypeScript programs, named from the repository's folder. */
export function program(file: string, args: readonly string[], cwd: string = process.cwd()): Promise<number> {
  return child(process.execPath, ["--disable-warning=ExperimentalWarning", `${root}${file}`, ...args], cwd);
}
