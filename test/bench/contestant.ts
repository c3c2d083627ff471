// A server, or a cluster or pair of them, that the bench measures.
import type { Lab } from "../lab/lab.ts";
import type { ProcessGroups } from "./cpu.ts";
import type { Target } from "./relays.ts";

export interface Contestant {
  /** For `--only`. */
  readonly name: string;
  readonly title: string;
  /** DORA a second at which the search begins. */
  readonly startRate: number;
  /** Its cost grows with what it stores, so that each step gets an empty store. */
  readonly freshEachStep?: boolean;
  /** Load before the search, which does not count; a just-in-time compiled server needs more of it than one that was compiled before. */
  readonly warmUpSeconds?: number;
  /** Measured only when `--only` names it. */
  readonly isAskedFor?: boolean;
  /** What is set and why it is fair, for the report. */
  readonly settings: readonly string[];
  version(): Promise<string>;
  /** Builds the hosts and starts it on an empty store; returns when it serves. */
  start(labName: string): Promise<Running>;
}

export interface Running {
  readonly lab: Lab;
  readonly groups: ProcessGroups;
  readonly target: Target;
  /** Undefined when it is as it should be; else what is wrong, as when a pair has lost each other. */
  unfitness?(): Promise<string | undefined>;
}
