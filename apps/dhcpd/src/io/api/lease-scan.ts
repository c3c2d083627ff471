// Looks through all leases, some at a time: there may be a million, and packets go first.
import type { Lease } from "@leasehold/leases";

const LOOKS_A_TURN = 500;

/** Those that `isWanted`, in groups that may be empty; others have their turn before each. */
export async function* leasesThat(
  leases: Iterable<Lease>,
  isWanted: (lease: Lease) => boolean,
): AsyncGenerator<readonly Lease[], void, void> {
  const iterator = leases[Symbol.iterator]();
  for (let isDone = false; !isDone; ) {
    await new Promise((resolve) => setImmediate(resolve));
    const found: Lease[] = [];
    for (let looked = 0; looked < LOOKS_A_TURN; looked++) {
      const next = iterator.next();
      isDone = next.done === true;
      if (isDone) break;
      if (isWanted(next.value!)) found.push(next.value!);
    }
    yield found;
  }
}
