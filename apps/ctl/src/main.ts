#!/usr/bin/env node
// `leasehold`: the operator's command, with its process: environment, clock, terminal, files.
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import { text } from "node:stream/consumers";
import type { CliEnvironment } from "./command.ts";
import { Failure, usageFailure } from "./failure.ts";
import { unpackLoaders } from "./io/debian-loaders.ts";
import { prepareStore } from "./io/store.ts";
import { run } from "./run.ts";

const processEnvironment: CliEnvironment = {
  env: process.env,
  now: () => Date.now(),
  print: (line) => void process.stdout.write(`${line}\n`),
  printError: (line) => void process.stderr.write(`${line}\n`),
  readText,
  confirm,
  prepareStore,
  unpackLoaders,
};

/** `-` is standard input. @throws Failure that names the file and what is wrong with it. */
async function readText(path: string): Promise<string> {
  if (path === "-") return text(process.stdin);
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT")
      throw usageFailure(`There is no file ${path}.`, "Check the path; `-` reads standard input.");
    throw new Failure(`${path} cannot be read: ${message}.`, "Check its permissions.", { cause: error });
  }
}

/** Only a person is asked: a script gets no question that it cannot answer. */
async function confirm(question: string): Promise<boolean | undefined> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(question)).trim());
  } finally {
    terminal.close();
  }
}

// A reader that has seen enough (`leasehold leases | head`) is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

process.exitCode = await run(process.argv.slice(2), processEnvironment);
