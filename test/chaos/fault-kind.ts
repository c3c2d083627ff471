// A fault of `./run chaos`, before it strikes.
import type { Lab } from "../lab/lab.ts";
import type { Random } from "../random.ts";
import type { LinkStory } from "./fault-record.ts";

export interface FaultKind {
  readonly name: string;
  /** How long it lasts, in seconds: at least and at most. */
  readonly seconds: readonly [number, number];
  readonly costsQuorum?: boolean;
  /** All of it happens in `strike`, and nothing has to be ended. */
  readonly isOver?: boolean;
  /** Does it to one node, or to all when it names none; answers with how it is ended. */
  strike(lab: Lab, victim: string, random: Random): Promise<Heal>;
}

export interface Heal {
  (): Promise<void>;
  /** Noted while it lasts, and when it is over. */
  readonly link?: LinkStory;
}
