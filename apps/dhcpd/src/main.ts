// dhcpd: `node apps/dhcpd/src/main.ts node.yaml`. Reads its file, starts the node, and stops it in order on SIGTERM.
import { readFileSync } from "node:fs";
import { BusError } from "@leasehold/bus";
import pino, { type Logger } from "pino";
import { DhcpNode } from "./dhcp-node.ts";
import { serveApi } from "./io/api.ts";
import { LinkError } from "./io/link.ts";
import { metricsOf } from "./io/metrics.ts";
import { type NodeFile, NodeFileError, parseNodeFile } from "./node-file.ts";

const VERSION = (
  JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string }
).version;

async function main(path: string | undefined): Promise<void> {
  if (path === undefined) return fail("usage: dhcpd <node.yaml>", "docs/operate.md has an example.", 2);
  const file = readNodeFile(path);
  const log = pino({ level: file.log.level, base: { node: file.name } });
  const node = new DhcpNode(file, VERSION, log);
  surviveWhatIsSafe(node, log);
  try {
    const api = await serveApi(node, metricsOf(node), apiToken(file));
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
    node.faults.count({ cause, during: "work that nobody waits for" }),
  );
  process.on("uncaughtException", (error) => {
    log.fatal(
      { err: error },
      "INTERNAL ERROR: what this node knows may be wrong, so it ends: please report it",
    );
    process.exit(1);
  });
}

function readNodeFile(path: string): NodeFile {
  try {
    return parseNodeFile(readFileSync(path, "utf8"), path);
  } catch (error) {
    const isMistake = error instanceof NodeFileError;
    const message = error instanceof Error ? error.message : String(error);
    return fail(
      isMistake ? message : `Cannot read ${path}: ${message}`,
      "docs/operate.md has an example.",
      2,
    );
  }
}

function apiToken(file: NodeFile): string {
  const token = file.api.tokenFile ? readFileSync(file.api.tokenFile, "utf8").trim() : file.api.token;
  return token || fail("The API has no token.", "Set api.token or api.tokenFile in node.yaml.", 2);
}

function apiFix(error: unknown, file: NodeFile): string {
  return (error as { code?: string }).code === "EADDRINUSE"
    ? `Something listens on ${file.api.listen} already: stop it, or set api.listen in node.yaml.`
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

await main(process.argv[2]);
