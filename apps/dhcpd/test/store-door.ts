// One node's way to a store that it shares with others, which can be made slow, deaf or shut.
import type { Append, AppendResult, MemoryLeaseStore, StoredEvent } from "@leasehold/leases";
import type { Ipv4 } from "@leasehold/protocol";
import type { ReadableLeaseStore } from "../src/ports.ts";

export type DoorState =
  | "open"
  /** Nothing is stored or answered until `settle`. */
  | "slow"
  /** It stores and does not answer: the outcome is unknown. */
  | "deaf"
  /** It neither stores nor answers. */
  | "shut"
  /** It does not answer, and stores later, at `settle`. */
  | "late";

interface Waiting {
  readonly happen: (answers: boolean) => void;
  readonly fail: () => void;
  readonly since: number;
  isGivenUp: boolean;
}

/** As long as the JetStream store tries. */
const DEADLINE_MS = 12_000;
/** A write that nobody has answered for so long is not in any leader's queue any more. */
const FORGOTTEN_MS = 22_000;

/** One node's way to the store that it shares with the others. */
export class StoreDoor implements ReadableLeaseStore {
  state: DoorState = "open";
  readonly pending = 0;
  private store: MemoryLeaseStore;
  private readonly now: () => number;
  private waiting: Waiting[] = [];

  constructor(store: MemoryLeaseStore, now: () => number) {
    this.store = store;
    this.now = now;
  }

  append(append: Append, settle: (result: AppendResult) => void): void {
    const unknown = () => settle({ kind: "unknown", reason: "the store did not answer in time" });
    switch (this.state) {
      case "open":
        this.store.append(append, settle);
        return;
      case "slow":
        this.wait((answers) => this.store.append(append, answers ? settle : () => {}), unknown);
        return;
      case "deaf":
        this.store.append(append, unknown);
        return;
      case "late":
        this.wait(() => this.store.append(append, () => {}), unknown);
        this.giveUp(0);
        return;
      case "shut":
        unknown();
        return;
      default:
        this.state satisfies never;
    }
  }

  async read(address: Ipv4): Promise<StoredEvent | undefined> {
    if (this.state === "shut" || this.state === "deaf") throw new Error("the store does not answer");
    if (this.state === "slow") await new Promise<unknown>((resolve, reject) => this.wait(resolve, reject));
    return this.store.log.findLast((stored) => stored.address === address);
  }

  /** Another store is behind the door from now on. */
  replace(store: MemoryLeaseStore): void {
    this.store = store;
  }

  /** What waited happens now, in the order in which it came; what was given up long ago was never taken in. */
  settle(): void {
    for (const { happen, isGivenUp, since } of this.waiting.splice(0)) {
      if (!isGivenUp || this.now() - since < FORGOTTEN_MS) happen(!isGivenUp);
    }
  }

  /** What has waited for longer than a real store lets it wait is given up; it may be stored all the same, later. */
  giveUp(afterMs = DEADLINE_MS): void {
    for (const waiting of this.waiting) {
      if (waiting.isGivenUp || this.now() - waiting.since < afterMs) continue;
      waiting.isGivenUp = true;
      waiting.fail();
    }
  }

  private wait(happen: Waiting["happen"], fail: () => void): void {
    this.waiting.push({ happen, fail, since: this.now(), isGivenUp: false });
  }
}
