// A judge looks at what was on the wire, message by message, knowing the durable log, and says what must never have been.
import type { WireMessage } from "../../lab/wire.ts";

export interface Violation {
  /** As in the design: I1 to I13; of served interfaces, L1 to L3. */
  readonly invariant: string;
  /** ms since the epoch. */
  readonly at: number;
  readonly what: string;
}

export interface Judge {
  readonly name: string;
  see(message: WireMessage): void;
  /** What it found, when all has been seen. */
  verdict(): readonly Violation[];
}
