// What is written reaches a node some time later, and not while it is cut off; what is written meanwhile comes with it.
import type { Process } from "../nodes/process.ts";

const TRY_AGAIN_MS = 500;

export interface DeliveryParts {
  readonly process: Process;
  /** How long the next delivery takes, ms; undefined: the node is cut off. */
  readonly lagMs: () => number | undefined;
}

export class Delivery {
  private readonly parts: DeliveryParts;
  private readonly deliver: () => void;
  private isPlanned = false;

  constructor(parts: DeliveryParts, deliver: () => void) {
    this.parts = parts;
    this.deliver = deliver;
  }

  plan(): void {
    if (this.isPlanned) return;
    this.isPlanned = true;
    const { lagMs, process } = this.parts;
    const lag = lagMs();
    process.receive(lag ?? TRY_AGAIN_MS, () => {
      this.isPlanned = false;
      if (lag === undefined || lagMs() === undefined) this.plan();
      else this.deliver();
    });
  }
}
