// syncer: `node apps/syncer/src/main.ts syncer.yaml`. Inventory sources in, host events out; stops in order on SIGTERM.
import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { BusError } from "@leasehold/bus";
import { formatProblem, unreadableFile } from "@leasehold/document";
import pino, { type Logger } from "pino";
import { type ApiSettings, serveApi } from "./io/api.ts";
import { BucketStore } from "./io/bucket-store.ts";
import { connect } from "./io/connect.ts";
import { reach } from "./io/get-json.ts";
import { metricsOf } from "./io/metrics.ts";
import { Syncer } from "./syncer.ts";
import { readSyncerFile, type SyncerFile } from "./syncer-file.ts";

const DEFAULT_LISTEN = "0.0.0.0:8068";

const USAGE = `usage: syncer <syncer.yaml>          serve
       syncer --check <syncer.yaml>  say what is wrong with it, and end: 0 nothing, 2 something
       syncer --help`;

async function main(words: readonly string[]): Promise<void> {
  const [first, second] = words;
  if (first === "--help" || first === "-h")
    return say(`${USAGE}\ndocs/inventory-smd.md describes syncer.yaml.`);
  const isCheck = first === "--check";
  const path = isCheck ? second : first;
  if (path === undefined || path.startsWith("-") || words.length > (isCheck ? 2 : 1))
    return fail(USAGE, "docs/operate.md has an example.");
  const read = readFile(path);
  if ("problems" in read) return fail(read.problems, read.fix);
  if (isCheck) return say(`${path}: no errors found.`);
  await serve(path, read.file);
}

async function serve(path: string, file: SyncerFile): Promise<void> {
  const log = pino({ level: file.log?.level ?? "info", base: { syncer: file.name } });
  // Every round decides anew by what the bucket holds, and every write says what it was decided on: there is nothing to be wrong.
  process.on("unhandledRejection", (cause) => {
    log.error({ err: cause }, "INTERNAL ERROR: background work failed: please report it");
  });
  const store = new BucketStore();
  const syncer = new Syncer(file.sources, reach, store, log);
  const tls = certificateOf(file);
  const settings = { listen: file.api.listen ?? DEFAULT_LISTEN, token: apiToken(file), tls };
  // Until there is something to read again: a process that knows no SIGHUP ends by it.
  let onHangup = () => {};
  process.on("SIGHUP", () => onHangup());
  const api = await listen(syncer, settings);
  onHangup = () => reload(path, { settings, server: api.server, log });
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

function readFile(path: string): { file: SyncerFile } | { problems: string; fix: string } {
  const read = (name: string) => readFileSync(name, "utf8");
  try {
    const checked = readSyncerFile(read(path), path, read);
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

async function listen(syncer: Syncer, settings: ApiSettings) {
  const registry = metricsOf(
    () => syncer.statuses(),
    () => syncer.unreadiness() === undefined,
  );
  try {
    return await serveApi(syncer, registry, settings);
  } catch (cause) {
    return fail(
      `Cannot listen on ${settings.listen}: ${reasonOf(cause)}.`,
      "Stop the process that uses it, or set api.listen.",
    );
  }
}

function apiToken({ api }: SyncerFile): string {
  const token = api.tokenFile === undefined ? api.token : readFileSync(api.tokenFile, "utf8").trim();
  return token || fail("The API has no token.", "Set api.token or api.tokenFile in syncer.yaml.");
}

function certificateOf({ api: { tls } }: SyncerFile): ApiSettings["tls"] {
  return tls && { cert: readFileSync(tls.cert), key: readFileSync(tls.key) };
}

interface Serving {
  readonly settings: ApiSettings;
  readonly server: object;
  readonly log: Logger;
}

/** SIGHUP: the API's token and certificate are read again when all is right; else the old ones stay. */
function reload(path: string, { settings, server, log }: Serving): void {
  const read = readFile(path);
  if ("problems" in read) {
    log.error(
      { problems: read.problems },
      "SIGHUP: syncer.yaml has errors; the token and the certificate are unchanged",
    );
    return;
  }
  try {
    const { token, tokenFile } = read.file.api;
    const found = tokenFile === undefined ? token : readFileSync(tokenFile, "utf8").trim();
    if (!found) throw new Error("syncer.yaml no longer has a token");
    const tls = settings.tls && certificateOf(read.file);
    if (tls !== undefined) {
      // A key that is another certificate's is refused here, before the old pair is given up.
      createSecureContext(tls);
      (server as { setSecureContext(pair: object): void }).setSecureContext(tls);
    }
    const took = {
      token: found === settings.token ? "unchanged" : "new",
      certificate: tls ? "read again" : "none",
    };
    settings.token = found;
    log.info(took, "SIGHUP: reloaded the token and the certificate of the API");
  } catch (cause) {
    log.error({ reason: reasonOf(cause) }, "SIGHUP: the token and the certificate are unchanged");
  }
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

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

await main(process.argv.slice(2));
