// `leasehold init` is the one command that talks to NATS; the client is loaded only then, so that the others start fast.
import type { BusOptions } from "@leasehold/bus";
import { ExitCode, Failure } from "../failure.ts";

export type StoreLogin = Omit<BusOptions, "name" | "onState" | "connectTimeoutMs">;

export interface Prepared {
  readonly made: readonly string[];
  /** What was there, and could have been emptied by one message. */
  readonly corrected: readonly string[];
}

/** Makes what is missing, protects what is there, checks all of it. */
export async function prepareStore(login: StoreLogin, replicas: 1 | 3): Promise<Prepared> {
  const { BusError, connectBus, ensureObjects, protectObjects, STORE_TIMEOUT_MS, verifyObjects } =
    await import("@leasehold/bus");
  let connected = false;
  try {
    const bus = await connectBus({ name: "leasehold-init", ...login });
    connected = true;
    try {
      const made = await ensureObjects(bus, { replicas });
      const corrected = await protectObjects(bus);
      await verifyObjects(bus, STORE_TIMEOUT_MS);
      return { made, corrected };
    } finally {
      await bus.close();
    }
  } catch (error) {
    if (!(error instanceof BusError)) throw error;
    const exitCode = connected || !error.isTransient ? ExitCode.failed : ExitCode.unreachable;
    throw new Failure(error.message, error.fix, { exitCode, cause: error });
  }
}
