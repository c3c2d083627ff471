// The connection to NATS: waits for as long as it takes, and says what it waits for.
import { readFileSync } from "node:fs";
import {
  type Bus,
  BusError,
  type BusOptions,
  connectBus,
  INVENTORY,
  streamInfo,
  streamOf,
} from "@leasehold/bus";
import type { Logger } from "pino";
import type { SyncerFile } from "../syncer-file.ts";

const RETRY_MS = 1000;

/**
 * Connects, and waits until there is an inventory bucket.
 * @throws BusError for what waiting does not heal: too old a server, wrong credentials.
 */
export async function connect(file: SyncerFile, log: Logger, isStopped: () => boolean): Promise<Bus> {
  const options = busOptions(file, log);
  const bus = await patiently(log, isStopped, () => connectBus(options));
  log.info({ server: bus.nc.getServer(), version: bus.serverVersion }, "connected to NATS");
  await patiently(log, isStopped, () => requireBucket(bus));
  return bus;
}

function busOptions({ name, nats }: SyncerFile, log: Logger): BusOptions {
  const { passwordFile, ...rest } = nats;
  const password = passwordFile ? readFileSync(passwordFile, "utf8").trim() : nats.password;
  const onState = (state: string, detail: string) => log.warn({ state, detail }, "NATS connection");
  return { ...rest, name, password, onState };
}

async function requireBucket(bus: Bus): Promise<void> {
  if (await streamInfo(bus, streamOf(INVENTORY))) return;
  throw new BusError(
    `JetStream stream ${streamOf(INVENTORY)} does not exist.`,
    "Run `leasehold init` once, as a NATS user who may create streams.",
    { isTransient: true },
  );
}

async function patiently<T>(log: Logger, isStopped: () => boolean, attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof BusError) || !error.isTransient || isStopped()) throw error;
      log.error({ fix: error.fix }, error.message);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
