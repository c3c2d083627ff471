// The node's connection to its cluster: waits for as long as it takes, but says what it waits for.
import { readFileSync } from "node:fs";
import {
  type Bus,
  type BusError,
  type BusOptions,
  type BusState,
  connectBus,
  patiently,
  verifyObjects,
} from "@leasehold/bus";
import type { Logger } from "pino";
import type { NodeFile } from "../../node-file.ts";
import type { WrongInput } from "../../telemetry/wrong-input.ts";

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
  const patience = { say: ({ fix, message }: BusError) => log.error({ fix }, message) };
  const bus = await patiently(patience, () =>
    connectBus({ ...credentialsOf(file), patience: 0, onState: noteState, onBadMessage }),
  );
  log.info({ server: bus.nc.getServer(), version: bus.serverVersion }, "connected to NATS");
  await patiently(patience, () => verifyObjects(bus));
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
