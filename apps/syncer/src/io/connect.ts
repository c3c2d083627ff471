// The connection to NATS: waits for as long as it takes, and says what it waits for.
import { readFileSync } from "node:fs";
import {
  type Bus,
  BusError,
  type BusOptions,
  connectBus,
  INVENTORY,
  patiently,
  streamInfo,
  streamOf,
} from "@leasehold/bus";
import type { Logger } from "pino";
import type { SyncerFile } from "../syncer-file.ts";

/**
 * Connects, and waits until there is an inventory bucket.
 * @throws BusError for what waiting does not heal: too old a server, wrong credentials.
 */
export async function connect(file: SyncerFile, log: Logger, isStopped: () => boolean): Promise<Bus> {
  const options = busOptions(file, log);
  const patience = { say: ({ fix, message }: BusError) => log.error({ fix }, message), isStopped };
  const bus = await patiently(patience, () => connectBus(options));
  log.info({ server: bus.nc.getServer(), version: bus.serverVersion }, "connected to NATS");
  await patiently(patience, () => requireBucket(bus));
  return bus;
}

function busOptions({ name, nats }: SyncerFile, log: Logger): BusOptions {
  const { passwordFile, ...rest } = nats;
  const password = passwordFile ? readFileSync(passwordFile, "utf8").trim() : nats.password;
  const onState = (state: string, detail: string) => {
    // It is closed by us alone: at the end.
    log[state === "closed" ? "info" : "warn"]({ state, detail }, "NATS connection");
  };
  return { ...rest, name, password, onState };
}

async function requireBucket(bus: Bus): Promise<void> {
  if (await streamInfo(bus, streamOf(INVENTORY))) return;
  throw new BusError(
    `JetStream stream ${streamOf(INVENTORY)} does not exist.`,
    "Run `leasehold init` once, as a NATS user that may create streams.",
    { isTransient: true },
  );
}
