// Machines that fetch their script again and again, from whichever boot server: this one's requests and those that others tell of. Where it is a
// loop, the machine gets a script that says so. A new network document begins the count again: the machine may boot by it.
import { type BootEvent, BootLoops } from "@leasehold/boot";
import type { Mac } from "@leasehold/protocol";
import type { Knowledge } from "../machines/knowledge.ts";

const WHOLE: ReadonlySet<string> = new Set(["complete", "unconfirmed"]);
/** A script has no transaction: one that is fetched again within some seconds is of the same boot. */
const XID = 0;

export interface ScriptLoopsParts {
  readonly knowledge: Pick<Knowledge, "network">;
  readonly steady: () => number;
}

export class ScriptLoops {
  readonly #parts: ScriptLoopsParts;
  #loops = new BootLoops();
  #revision = -1;

  constructor(parts: ScriptLoopsParts) {
    this.#parts = parts;
  }

  /** A machine was seen. True where that makes a loop. */
  note(mac: Mac, { stage, outcome, profile, detail }: BootEvent): boolean {
    if (stage !== "script" || profile === undefined || detail !== undefined || !WHOLE.has(outcome))
      return false;
    // What reboots or goes on by itself is meant to come again: a machine that waits to be known does.
    if (this.#parts.knowledge.network.bootProfile(profile)?.next !== undefined) return false;
    return this.#current().note({ mac, stage: profile, xid: XID }, this.#parts.steady());
  }

  /** How often it has got the script of this profile, in words, where that is a loop. */
  loopOf(mac: Mac | undefined, profile: string): string | undefined {
    const loops = this.#current();
    if (mac === undefined || !loops.isLoop({ mac, stage: profile }, this.#parts.steady())) return undefined;
    const { times, withinMs } = loops.limits;
    return `the script of profile ${profile} ${times} times within ${withinMs / 60_000} minutes`;
  }

  #current(): BootLoops {
    const { revision } = this.#parts.knowledge.network;
    if (revision !== this.#revision) this.#loops = new BootLoops();
    this.#revision = revision;
    return this.#loops;
  }
}
