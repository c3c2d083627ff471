// dhcpd: `node apps/dhcpd/src/main.ts node.yaml`. Reads its file, starts the node, and stops it in order on SIGTERM.
import { readFileSync } from "node:fs";
import { BusError } from "@leasehold/bus";
import { formatProblem, unreadableFile } from "@leasehold/document";
import { LinkError } from "@leasehold/link";
import pino, { type Logger } from "pino";
import { DhcpNode } from "./dhcp-node.ts";
import { serveApi } from "./io/api/api.ts";
import { metricsOf } from "./io/api/metrics.ts";
import { apiToken, reload } from "./io/api/reload.ts";
import { type NodeFile, readNodeFile } from "./node-file.ts";

const VERSION = (
  JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string }
).version;

const USAGE = `usage: dhcpd <node.yaml>          serve
       dhcpd --check <node.yaml>  say what is wrong with it, and end: 0 nothing, 2 something
       dhcpd --version | --help`;

async function main(words: readonly string[]): Promise<void> {
  const [first, second] = words;
  if (first === "--help" || first === "-h") return say(`${USAGE}\ndocs/operate.md describes node.yaml.`);
  if (first === "--version") return say(VERSION);
  const isCheck = first === "--check";
  const path = isCheck ? second : first;
  if (path === undefined || path.startsWith("-") || words.length > (isCheck ? 2 : 1))
    return fail(USAGE, "docs/operate.md has an example.", 2);
  const read = readFile(path);
  if ("problems" in read) return fail(read.problems, read.fix, 2);
  if (isCheck) return say(`${path}: no errors found.`);
  await serve(path, read.file);
}

async function serve(path: string, file: NodeFile): Promise<void> {
  const log = pino({ level: file.log.level, base: { node: file.name } });
  const node = new DhcpNode(file, VERSION, log);
  surviveWhatIsSafe(node, log);
  // Until there is something to read again: a process that knows no SIGHUP ends by it.
  let onHangup = () => {};
  process.on("SIGHUP", () => onHangup());
  try {
    const secrets = { token: apiToken(file) };
    const api = await serveApi(node.view, metricsOf(node.view), secrets);
    onHangup = () => reload({ app: api, secrets, inForce: file, log, read: () => readFile(path) });
    stopOn(["SIGTERM", "SIGINT"], async () => {
      await node.stop();
      await api.close();
      log.info("stopped");
    });
    await node.start();
    log.info({ api: file.api.listen }, "started");
  } catch (error) {
    const fix = error instanceof BusError || error instanceof LinkError ? error.fix : apiFix(error, file);
    log.fatal({ fix }, error instanceof Error ? error.message : String(error));
    fail(error instanceof Error ? error.message : String(error), fix, 1);
  }
}

/**
 * What reaches these two slipped through every boundary. A promise that nobody waited for left nothing half done, as what a node
 * knows changes in one step. After an exception out of nowhere that cannot be said: the process ends, systemd starts another one,
 * which knows what the store knows, and meanwhile the other nodes answer (docs/operate.md).
 */
function surviveWhatIsSafe(node: DhcpNode, log: Logger): void {
  process.on("unhandledRejection", (cause) =>
    node.core.telemetry.faults.count({ cause, during: "work that nobody waits for" }),
  );
  process.on("uncaughtException", (error) => {
    log.fatal(
      { err: error },
      "INTERNAL ERROR: the state of this node may be wrong, so it exits: please report it",
    );
    process.exit(1);
  });
}

function readFile(path: string): { file: NodeFile } | { problems: string; fix: string } {
  const read = (name: string) => readFileSync(name, "utf8");
  try {
    const checked = readNodeFile(read(path), path, read);
    if (checked.ok) return { file: checked.document };
    return {
      problems: checked.problems.map(formatProblem).join("\n"),
      fix: "docs/operate.md has an example.",
    };
  } catch (cause) {
    const { message, fix } = unreadableFile(path, cause);
    return { problems: message, fix };
  }
}

function apiFix(error: unknown, file: NodeFile): string {
  return (error as { code?: string }).code === "EADDRINUSE"
    ? `${file.api.listen} is already in use: stop that process, or set api.listen in node.yaml.`
    : "See docs/operate.md, Troubleshooting.";
}

function stopOn(signals: readonly NodeJS.Signals[], stop: () => Promise<void>): void {
  let isStopping = false;
  for (const signal of signals) {
    process.on(signal, () => {
      if (isStopping) return;
      isStopping = true;
      void stop().finally(() => process.exit(0));
    });
  }
}

function fail(message: string, fix: string, code: number): never {
  process.stderr.write(`dhcpd: ${message}\n  ${fix}\n`);
  process.exit(code);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

await main(process.argv.slice(2));
