// Asking again for what is not up yet: one loop, with a pause, an end, and a report of each failure that is not the one before.
import { BusError } from "./bus-error.ts";

const REMIND_MS = 300_000;

export interface Retry {
  readonly pauseMs: number;
  /** Whether trying again may help; without it, always. */
  readonly passes?: (cause: unknown) => boolean;
  /** The first failure after this time ends it; without it, none does. */
  readonly giveUpMs?: number;
  /** Ends the waiting. */
  readonly isStopped?: (() => boolean) | undefined;
  /** Called with a failure that differs from the one before, and every five minutes. */
  readonly say?: (cause: unknown) => void;
}

/** Asks until it succeeds. @throws the last failure, when that will not pass, it is time to give up, or it is stopped. */
export async function retry<Answer>(how: Retry, ask: () => Promise<Answer>): Promise<Answer> {
  const { pauseMs, passes = () => true, giveUpMs = Number.POSITIVE_INFINITY, isStopped = () => false } = how;
  const until = performance.now() + giveUpMs;
  const report = sayer(how.say ?? (() => {}));
  for (;;) {
    try {
      return await ask();
    } catch (cause) {
      if (!passes(cause) || performance.now() > until || isStopped()) throw cause;
      report(cause);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      if (isStopped()) throw cause;
    }
  }
}

function sayer(say: (cause: unknown) => void): (cause: unknown) => void {
  let said: string | undefined;
  let remindAt = 0;
  return (cause) => {
    const words = cause instanceof Error ? cause.message : String(cause);
    if (words === said && performance.now() < remindAt) return;
    said = words;
    remindAt = performance.now() + REMIND_MS;
    say(cause);
  };
}

/** For some seconds, the time that an election or a starting server takes. */
export function within<Answer>(
  ms: number,
  passes: (cause: unknown) => boolean,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  return retry({ pauseMs: 250, giveUpMs: ms, passes }, ask);
}

export interface RetryUntilUp {
  readonly say: (error: BusError) => void;
  readonly isStopped?: () => boolean;
}

/** For daemons: asks until it succeeds, without a time limit. @throws a failure that is not transient. */
export function retryUntilUp<Answer>(
  { say, isStopped }: RetryUntilUp,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  const passes = (cause: unknown) => cause instanceof BusError && cause.isTransient;
  return retry({ pauseMs: 1000, passes, isStopped, say: (cause) => say(cause as BusError) }, ask);
}
