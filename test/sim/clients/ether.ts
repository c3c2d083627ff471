// The network between clients and nodes: it loses, delays, repeats and reorders.
import type { Chance } from "../chance.ts";
import type { Timeline } from "../timeline.ts";

/** Nothing is on its way for longer: what is later is lost. */
export const DELAY_MAX_MS = 3000;
const USUAL_DELAY_MS = [0.1, 2] as const;

export class Ether {
  private readonly timeline: Timeline;
  private readonly chance: Chance;
  private readonly usualLoss: number;
  private loss: number;
  private delayMs: readonly [number, number] = USUAL_DELAY_MS;
  private repeats = 0;

  constructor(timeline: Timeline, chance: Chance, loss: number) {
    this.timeline = timeline;
    this.chance = chance;
    this.usualLoss = loss;
    this.loss = loss;
  }

  storm(number: number): void {
    this.loss = (number % 5) / 10;
    this.delayMs = [0.1, number % 2 === 0 ? 50 : DELAY_MAX_MS];
    this.repeats = (number % 3) / 5;
  }

  calm(loss = this.usualLoss): void {
    this.loss = loss;
    this.delayMs = USUAL_DELAY_MS;
    this.repeats = 0;
  }

  /** A packet to one receiver. */
  carry(arrive: () => void): void {
    const copies = this.chance.happens(this.repeats) ? 2 : 1;
    for (let i = 0; i < copies; i++) {
      if (this.chance.happens(this.loss)) continue;
      this.timeline.after(this.chance.between(...this.delayMs), arrive);
    }
  }
}
