// A daemon from its command line to its end: `NAME FILE` serves, `NAME --check FILE` says what is wrong with the file; SIGTERM stops it in
// order, SIGHUP reads its token and certificate again.
import { readFileSync } from "node:fs";
import { OperatorError, reasonOf } from "@leasehold/document/operator-error";
import pino, { type Logger } from "pino";
import { type DaemonFile, openDaemonFile, type ReadText } from "./daemon-file.ts";
import { reload } from "./reload.ts";
import { type HttpService, secretsOf, serveHttp } from "./serve-http.ts";

/** What runs. It has its API before it starts, so that whoever asks hears what it waits for. */
export interface Service extends HttpService {
  /** Done when it serves; what it waits for is waited for no longer when `isStopped`. @throws OperatorError for what waiting does not heal. */
  start(isStopped: () => boolean): Promise<void>;
  /** Also while it still starts. */
  stop(): Promise<void>;
  /** A promise failed that nobody waited for: a mistake of ours that ended nothing else. */
  noteFault?(cause: unknown): void;
}

export interface Daemon<File extends DaemonFile> {
  /** "dhcpd": in the usage and on stderr. */
  readonly name: string;
  readonly version: string;
  /** "node.yaml". */
  readonly fileName: string;
  readonly readFile: ReadText<File>;
  /** The pages that describe its file and its routes: "docs/operate.md". */
  readonly docs: { readonly file: string; readonly routes: string };
  /** The field of its name in each line of the log: "node". */
  readonly logField: string;
  /** Puts it together; nothing runs yet. */
  readonly open: (file: File, log: Logger) => Service;
}

/** Of the package whose `src/main.ts` this is. */
export function versionOf(main: string): string {
  const manifest = readFileSync(new URL("../package.json", main), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

/** @param words the command line's, without the program. */
export async function runDaemon<File extends DaemonFile>(
  daemon: Daemon<File>,
  words: readonly string[] = process.argv.slice(2),
): Promise<void> {
  const [first, second] = words;
  const usage = usageOf(daemon);
  if (first === "--help" || first === "-h")
    return say(`${usage}\n${daemon.docs.file} describes ${daemon.fileName}.`);
  if (first === "--version") return say(daemon.version);
  const isCheck = first === "--check";
  const path = isCheck ? second : first;
  if (path === undefined || path.startsWith("-") || words.length > (isCheck ? 2 : 1))
    return fail(daemon.name, usage, `${daemon.docs.file} has an example.`, 2);
  const read = openDaemonFile(path, daemon.readFile, daemon.docs.file);
  if ("problems" in read) return fail(daemon.name, read.problems, read.fix, 2);
  if (isCheck) return say(`${path}: no errors found.`);
  await serve(daemon, path, read.file);
}

const usageOf = ({
  name,
  fileName,
}: {
  name: string;
  fileName: string;
}) => `usage: ${name} <${fileName}>          serve
       ${name} --check <${fileName}>  say what is wrong with it, and end: 0 nothing, 2 something
       ${name} --version | --help`;

async function serve<File extends DaemonFile>(daemon: Daemon<File>, path: string, file: File): Promise<void> {
  const { fileName, docs } = daemon;
  const log = pino({ level: file.log.level, base: { [daemon.logField]: file.name } });
  // Until there is something to read again: a process that knows no SIGHUP ends by it.
  let onHangup = () => {};
  process.on("SIGHUP", () => onHangup());
  try {
    const service = daemon.open(file, log);
    surviveWhatIsSafe(service, log);
    const secrets = secretsOf(file);
    const http = await serveHttp(service, { api: file.api, secrets, log, fileName, routesIn: docs.routes });
    const read = () => openDaemonFile(path, daemon.readFile, daemon.docs.file);
    onHangup = () => reload({ server: http.server, secrets, inForce: file, fileName, log, read });
    let isStopped = false;
    stopOn(["SIGTERM", "SIGINT"], async () => {
      isStopped = true;
      await service.stop();
      await http.close();
      log.info("stopped");
    });
    await service.start(() => isStopped);
    log.info({ api: file.api.listen }, "started");
  } catch (error) {
    const isOperators = error instanceof OperatorError;
    const fix = (isOperators ? error.fix : undefined) ?? "See docs/operate.md, Troubleshooting.";
    log.fatal({ fix, ...(isOperators && { code: error.code }) }, reasonOf(error));
    fail(daemon.name, reasonOf(error), fix, 1);
  }
}

/**
 * What reaches these two slipped through every boundary. A promise that nobody waited for left nothing half done, as what a daemon
 * knows changes in one step. After an exception out of nowhere that cannot be said: the process ends, systemd starts another one,
 * which knows what the store knows, and meanwhile the other nodes answer (docs/operate.md).
 */
function surviveWhatIsSafe(service: Service, log: Logger): void {
  const noteFault = (cause: unknown) =>
    log.error({ err: cause }, "INTERNAL ERROR: background work failed: please report it");
  process.on("unhandledRejection", (cause) =>
    service.noteFault ? service.noteFault(cause) : noteFault(cause),
  );
  process.on("uncaughtException", (error) => {
    log.fatal(
      { err: error },
      "INTERNAL ERROR: the state of this process may be wrong, so it exits: please report it",
    );
    process.exit(1);
  });
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

function fail(name: string, message: string, fix: string, code: number): never {
  process.stderr.write(`${name}: ${message}\n  ${fix}\n`);
  process.exit(code);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
