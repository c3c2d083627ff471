// Long work in steps, with whatever else waits done in between.
const STEP_MIN_MS = 5;

/** Runs all steps, and gives way to others when some milliseconds have passed. */
export async function inTurns<T>(steps: Generator<void, T, void>): Promise<T> {
  let since = performance.now();
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return step.value;
    if (performance.now() - since < STEP_MIN_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    since = performance.now();
  }
}
