// Asking again, within a limit, for what is not up yet.

const PAUSE_MS = 250;

/** Asks until it succeeds; throws what it failed with when that will not pass (`passes`), or at the first failure after `ms`. */
export async function within<Answer>(
  ms: number,
  passes: (cause: unknown) => boolean,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  const until = performance.now() + ms;
  for (;;) {
    try {
      return await ask();
    } catch (cause) {
      if (!passes(cause) || performance.now() > until) throw cause;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}
