// The connection to NATS: waited for as long as it takes, with a sentence for each thing that it waits for.
import { readFileSync } from "node:fs";
import {
  type Bus,
  type BusError,
  type BusOptions,
  type BusState,
  connectBus,
  retryUntilUp,
} from "@leasehold/bus";
import type { Logger } from "pino";
import type { DaemonFile } from "./daemon-file.ts";

export interface LoginOptions {
  readonly log: Logger;
  /** Whether what this daemon needs is there. @throws BusError, a transient one to be asked again. */
  readonly verify?: (bus: Bus) => Promise<void>;
  /** Ends the waiting. */
  readonly isStopped?: () => boolean;
  readonly onState?: (state: BusState) => void;
  readonly onBadMessage?: BusOptions["onBadMessage"];
}

/** @throws BusError for what waiting does not heal: too old a server, wrong credentials. */
export async function logIn(file: Pick<DaemonFile, "name" | "nats">, options: LoginOptions): Promise<Bus> {
  const { log, verify, isStopped = () => false, onBadMessage } = options;
  const untilUp = { say: ({ fix, message }: BusError) => log.error({ fix }, message), isStopped };
  const told = onBadMessage ? { onBadMessage } : {};
  const login = { ...credentialsOf(file), ...told, connectTimeoutMs: 0, onState };
  const bus = await retryUntilUp(untilUp, () => connectBus(login));
  log.info({ server: bus.nc.getServer(), version: bus.serverVersion }, "connected to NATS");
  if (verify) await retryUntilUp(untilUp, () => verify(bus));
  return bus;

  function onState(state: BusState, detail: string): void {
    options.onState?.(state);
    // It is closed by us alone: at the end.
    log[state === "closed" ? "info" : "warn"]({ state, detail }, "NATS connection");
  }
}

function credentialsOf({ name, nats }: Pick<DaemonFile, "name" | "nats">) {
  const { servers, user, token, credentialsFile, tls, passwordFile } = nats;
  const password = passwordFile ? readFileSync(passwordFile, "utf8").trim() : nats.password;
  return { name, servers, user, password, token, credentialsFile, tls };
}
