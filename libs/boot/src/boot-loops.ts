// Whether a machine boots again and again: the same stage is answered so often within so long. Bounded: of very many machines the one
// that was heard longest ago is forgotten.
import type { Mac } from "@leasehold/protocol";

export interface BootLoopLimits {
  readonly times: number;
  readonly withinMs: number;
  readonly machines: number;
}

/** A server takes minutes to start, and a person who sets one up restarts it a few times. */
const LIMITS: BootLoopLimits = { times: 5, withinMs: 1_200_000, machines: 4096 };
/** A REQUEST that is repeated has its xid; but iPXE has been seen with one xid in two boots, minutes apart. */
const REPEATED_MS = 30_000;

export interface ToldBoot {
  readonly mac: Mac;
  /** Of the strategy. */
  readonly stage: string;
  readonly xid: number;
}

interface Heard {
  readonly xid: number;
  /** The newest `times`, in rising order. */
  readonly at: readonly number[];
}

export class BootLoops {
  readonly limits: BootLoopLimits;
  /** By machine and stage, the newest last. */
  private readonly heard = new Map<string, Heard>();

  constructor(limits: BootLoopLimits = LIMITS) {
    this.limits = limits;
  }

  /** Notes an ACK that says what to load. True each time that it makes a loop. */
  note({ mac, stage, xid }: ToldBoot, nowMs: number): boolean {
    const key = `${mac} ${stage}`;
    const before = this.heard.get(key);
    if (before?.xid === xid && nowMs - before.at.at(-1)! < REPEATED_MS) return false;
    const at = [...(before?.at ?? []), nowMs].slice(-this.limits.times);
    this.heard.delete(key);
    if (this.heard.size >= this.limits.machines) this.forgetOldest();
    this.heard.set(key, { xid, at });
    return at.length === this.limits.times && nowMs - at[0]! <= this.limits.withinMs;
  }

  /** Whether what was noted last made a loop, which is not over. */
  isLoop({ mac, stage }: Pick<ToldBoot, "mac" | "stage">, nowMs: number): boolean {
    const at = this.heard.get(`${mac} ${stage}`)?.at ?? [];
    return at.length === this.limits.times && nowMs - at[0]! <= this.limits.withinMs;
  }

  private forgetOldest(): void {
    const [oldest] = this.heard.keys();
    this.heard.delete(oldest!);
  }
}
