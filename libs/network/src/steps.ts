// Work that can be done in steps, with others having their turn in between.

/** All steps one after the other. */
export function atOnce<T>(steps: Generator<void, T, void>): T {
  for (let step = steps.next(); ; step = steps.next()) if (step.done) return step.value;
}
