// syncer: `node apps/syncer/src/main.ts syncer.yaml`. Inventory sources in, host events out; stops in order on SIGTERM.
import { readFileSync } from "node:fs";
import { BusError } from "@leasehold/bus";
import { formatProblem } from "@leasehold/network";
import pino, { type Logger } from "pino";
import { serveApi } from "./io/api.ts";
import { BucketStore } from "./io/bucket-store.ts";
import { connect } from "./io/connect.ts";
import { reach } from "./io/get-json.ts";
import { metricsOf } from "./io/metrics.ts";
import { Syncer } from "./syncer.ts";
import { readSyncerFile, type SyncerFile } from "./syncer-file.ts";

const DEFAULT_LISTEN = "0.0.0.0:8068";

async function main(path: string | undefined): Promise<void> {
  if (path === undefined) fail("usage: syncer <syncer.yaml>", "docs/operate.md has an example.");
  const file = readFile(path);
  const log = pino({ level: file.log?.level ?? "info", base: { syncer: file.name } });
  // Every round decides anew by what the bucket holds, and every write says what it was decided on: there is nothing to be wrong.
  process.on("unhandledRejection", (cause) => {
    log.error({ err: cause }, "INTERNAL ERROR: work that nobody waits for failed: please report it");
  });
  const store = new BucketStore();
  const syncer = new Syncer(file.sources, reach, store, log);
  const api = await listen(syncer, file);
  let isStopped = false;
  stopOn(["SIGTERM", "SIGINT"], async () => {
    isStopped = true;
    await syncer.stop();
    await store.stop();
    await api.close();
    log.info("stopped");
  });
  store.follow(await connectOrSay(file, log, () => isStopped), log);
  syncer.start();
  log.info({ sources: file.sources.length }, "started");
}

function readFile(path: string): SyncerFile {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    return fail(`Cannot read ${path}: ${reasonOf(cause)}.`, "Name the syncer's own file, syncer.yaml.");
  }
  const read = readSyncerFile(text, path);
  if (read.ok) return read.document;
  return fail(read.problems.map(formatProblem).join("\n"), "docs/operate.md has an example.");
}

async function listen(syncer: Syncer, file: SyncerFile) {
  const address = file.api.listen ?? DEFAULT_LISTEN;
  const registry = metricsOf(
    () => syncer.statuses(),
    () => syncer.unreadiness() === undefined,
  );
  try {
    return await serveApi(syncer, registry, { listen: address, token: apiToken(file) });
  } catch (cause) {
    return fail(`Cannot listen on ${address}: ${reasonOf(cause)}.`, "Stop what is there, or set api.listen.");
  }
}

function apiToken({ api }: SyncerFile): string {
  const token = api.tokenFile === undefined ? api.token : readFileSync(api.tokenFile, "utf8").trim();
  return token || fail("The API has no token.", "Set api.token or api.tokenFile in syncer.yaml.");
}

async function connectOrSay(file: SyncerFile, log: Logger, isStopped: () => boolean) {
  try {
    return await connect(file, log, isStopped);
  } catch (cause) {
    const fix = cause instanceof BusError ? cause.fix : "Check nats in syncer.yaml.";
    log.fatal({ fix }, reasonOf(cause));
    return fail(reasonOf(cause), fix, 1);
  }
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

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}

function fail(message: string, fix: string, code = 2): never {
  process.stderr.write(`syncer: ${message}\n  ${fix}\n`);
  process.exit(code);
}

await main(process.argv[2]);
