// A daemon's way to wait for what is not up yet: for as long as it takes, and without a line a second in the log.
import { BusError } from "./bus-error.ts";

const RETRY_MS = 1000;
const REMIND_MS = 300_000;

export interface Patience {
  /** Told of a failure when it is another one than the last, and every five minutes. */
  readonly say: (error: BusError) => void;
  /** Ends the waiting: the last failure is thrown. */
  readonly isStopped?: () => boolean;
}

/** @throws whatever waiting does not heal. */
export async function patiently<T>(patience: Patience, attempt: () => Promise<T>): Promise<T> {
  let said = "";
  let remindAt = 0;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof BusError) || !error.isTransient || patience.isStopped?.()) throw error;
      if (error.message !== said || performance.now() >= remindAt) {
        patience.say(error);
        said = error.message;
        remindAt = performance.now() + REMIND_MS;
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
