// A program that the lab runs on its hosts: how it is started there, and how one knows that it serves.
import { entering } from "./host.ts";
import { type LabHost, type Role, root } from "./layout.ts";
import { isAlive, startDaemon } from "./processes.ts";
import { until } from "./shell.ts";
import { type LabState, loadPid, logOf, savePid } from "./state.ts";

export interface Service {
  readonly name: string;
  /** The hosts that it runs on. */
  readonly role: Role;
  /** Its program, from the repository's folder; what is not there yet is not started. */
  readonly program?: string;
  /** Whether a lab has it; every lab where nothing is said. */
  readonly runsIn?: (state: LabState) => boolean;
  /** Writes its configuration and answers with its command line. */
  command(
    state: LabState,
    host: LabHost,
  ): { argv: readonly string[]; env?: Readonly<Record<string, string>> };
  ready(state: LabState, host: LabHost): Promise<boolean>;
}

/** Our own programs, as they are. */
export const typescript = (file: string): string[] => [
  process.execPath,
  "--disable-warning=ExperimentalWarning",
  root + file,
];

export function startService(state: LabState, host: LabHost, service: Service): void {
  const running = loadPid(state, host.name, service.name);
  if (running && isAlive(running)) return;
  const { argv, env } = service.command(state, host);
  const log = logOf(state, host.name, service.name);
  savePid(
    state,
    host.name,
    service.name,
    startDaemon([...entering(state.holders[host.name]!), ...argv], log, env),
  );
}

/** @throws Error naming the log when the service does not come up, at once when its process has ended. */
export async function awaitService(
  state: LabState,
  host: LabHost,
  service: Service,
  seconds: number,
): Promise<void> {
  const name = `${service.name} on ${host.name}`;
  const log = logOf(state, host.name, service.name);
  let ended = false;
  await until(`${name} serves (its log: ${log})`, seconds, async () => {
    const running = loadPid(state, host.name, service.name);
    ended = running === undefined || !isAlive(running);
    return ended || (await service.ready(state, host));
  });
  if (ended) throw new Error(`${name} has ended by itself; its log: ${log}`);
}

/** GET through the lab's door. 0 when nobody answers. */
export async function statusAt(door: string | undefined, path: string): Promise<number> {
  if (!door) return 0;
  try {
    const response = await fetch(door + path, { signal: AbortSignal.timeout(2000) });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}
