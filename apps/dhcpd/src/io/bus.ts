// The node's connection to its cluster: waits for as long as it takes, but says what it waits for.
import { readFileSync } from "node:fs";
import {
  type Bus,
  BusError,
  type BusOptions,
  type BusState,
  connectBus,
  verifyObjects,
} from "@leasehold/bus";
import type { Logger } from "pino";
import type { NodeFile } from "../node-file.ts";
import type { WrongInput } from "../wrong-input.ts";

const RETRY_MS = 1000;

/**
 * Connects to NATS, and waits until the JetStream objects are there.
 * @throws BusError for what waiting does not heal: too old a server, wrong credentials, an unfit stream.
 */
export async function connectToBus(
  file: NodeFile,
  log: Logger,
  input: WrongInput,
  onState: (state: BusState) => void,
): Promise<Bus> {
  const onBadMessage: BusOptions["onBadMessage"] = (bad) => input.message(bad);
  const bus = await patiently(log, () =>
    connectBus({ ...credentialsOf(file), patience: 0, onState: noteState, onBadMessage }),
  );
  log.info({ server: bus.nc.getServer(), version: bus.serverVersion }, "connected to NATS");
  await patiently(log, () => verifyObjects(bus));
  return bus;

  function noteState(state: BusState, detail: string): void {
    onState(state);
    // It is closed by us alone: at the end.
    log[state === "closed" ? "info" : "warn"]({ state, detail }, "NATS connection");
  }
}

function credentialsOf(file: NodeFile) {
  const { servers, user, token, credentialsFile, tls, passwordFile } = file.nats;
  const password = passwordFile ? readFileSync(passwordFile, "utf8").trim() : file.nats.password;
  return { name: file.name, servers, user, password, token, credentialsFile, tls };
}

async function patiently<T>(log: Logger, attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof BusError) || !error.isTransient) throw error;
      log.error({ fix: error.fix }, error.message);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
