// `leasehold init` is the one command that talks to NATS; the client is loaded only then, so that the others start fast.
import type { BusOptions } from "@leasehold/bus";
import { ExitCode, Failure } from "../failure.ts";

export type StoreLogin = Omit<BusOptions, "name" | "onState" | "patience">;

/** Makes what is missing, checks all of it, and returns what was made. */
export async function prepareStore(login: StoreLogin, replicas: 1 | 3): Promise<readonly string[]> {
  const { BusError, connectBus, ensureObjects, STORE_PATIENCE_MS, verifyObjects } = await import(
    "@leasehold/bus"
  );
  let connected = false;
  try {
    const bus = await connectBus({ name: "leasehold-init", ...login });
    connected = true;
    try {
      const made = await ensureObjects(bus, { replicas });
      await verifyObjects(bus, STORE_PATIENCE_MS);
      return made;
    } finally {
      await bus.close();
    }
  } catch (error) {
    if (!(error instanceof BusError)) throw error;
    const exitCode = connected || !error.isTransient ? ExitCode.failed : ExitCode.unreachable;
    throw new Failure(error.message, error.fix, { exitCode, cause: error });
  }
}
