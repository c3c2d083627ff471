// The node's connection to its cluster: waits for as long as it takes, but says what it waits for.
import { type Bus, type BusState, verifyObjects } from "@leasehold/bus";
import { logIn } from "@leasehold/daemon";
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
  return logIn(file, { log, onState, onBadMessage: (bad) => input.message(bad), verify: verifyObjects });
}
