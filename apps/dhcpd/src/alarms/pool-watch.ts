// How full each pool is, looked at some addresses at a time; and an alarm, with who took most, when one is nearly full or fills unusually
// fast. Every node sees the same leases, so each tells the same.
import { portKeyOf } from "@leasehold/leases";
import type { Pool } from "@leasehold/network";
import type { Clocks } from "../ports.ts";
import type { NodeWorld } from "../views/node-world.ts";

/** Addresses that are looked at in a turn of 100 ms, at some 50 ns each. */
const LOOKS_A_TURN = 4000;
const FULL_AT = 0.8;
/** An alarm ends a little below, so that it does not come and go. */
const FULL_NO_MORE_AT = 0.75;
const RATE_MS = 60_000;
/** Unusual: such a part of a pool within a minute, and not less than so many addresses. */
const RATE_SHARE = 0.25;
const RATE_LEAST = 16;
const OFFENDERS_TOLD = 3;

interface Lap {
  readonly pool: Pool;
  at: number;
  used: number;
  declined: number;
  /** By port of a relay agent, else by hardware address: only where an alarm is to be told. */
  readonly takers: Map<string, number> | undefined;
  strangers: number;
}

export class PoolWatch {
  private readonly world: NodeWorld;
  private readonly clocks: Clocks;
  private queue: Pool[] = [];
  private lap: Lap | undefined;
  private readonly before = new Map<string, { used: number; at: number }>();

  constructor(world: NodeWorld, clocks: Clocks) {
    this.world = world;
    this.clocks = clocks;
  }

  tick(): void {
    this.world.alarms.sweep(this.clocks.steady());
    for (let looks = LOOKS_A_TURN; looks > 0; ) {
      this.lap ??= this.nextLap();
      if (this.lap === undefined) return;
      looks -= this.look(this.lap, looks);
      if (this.lap.at < this.lap.pool.size) return;
      const { lap } = this;
      this.lap = undefined;
      this.judge(lap);
      // One round a turn: a site with few addresses is not looked at again and again.
      if (this.queue.length === 0) return;
    }
  }

  private nextLap(): Lap | undefined {
    if (this.queue.length === 0) {
      this.queue = this.world.network.subnets.flatMap(({ pools }) => pools).reverse();
      this.forgetFormer(new Set(this.queue.map(({ id }) => id)));
    }
    const pool = this.queue.pop();
    return pool && lapOf(pool, false);
  }

  /** A pool that is made larger has another id: what was told of the former one is over. */
  private forgetFormer(ids: ReadonlySet<string>): void {
    const { alarms, poolUse } = this.world;
    for (const id of this.before.keys()) {
      if (ids.has(id)) continue;
      this.before.delete(id);
      poolUse.delete(id);
      alarms.lower(`full ${id}`);
      alarms.lower(`fast ${id}`);
    }
  }

  private look(lap: Lap, most: number): number {
    const { view, policy } = this.world;
    const now = this.clocks.now();
    const end = Math.min(lap.pool.size, lap.at + most);
    const looks = end - lap.at;
    for (; lap.at < end; lap.at++) {
      const address = lap.pool.at(lap.at);
      if (view.isFree(address, now, policy.guardMs)) continue;
      lap.used++;
      if (view.isDeclined(address)) lap.declined++;
      if (lap.takers !== undefined) this.noteTaker(lap, address);
    }
    return looks;
  }

  private noteTaker(lap: Lap, address: Parameters<NodeWorld["view"]["get"]>[0]): void {
    const lease = this.world.view.get(address);
    if (lease === undefined) return;
    if (lease.host === undefined) lap.strangers++;
    const who = portKeyOf(lease.relay) ?? (lease.mac ? `mac ${lease.mac}` : `client ${lease.client}`);
    lap.takers!.set(who, (lap.takers!.get(who) ?? 0) + 1);
  }

  private judge(lap: Lap): void {
    const { pool, used, declined } = lap;
    const { alarms, poolUse } = this.world;
    poolUse.set(pool.id, { size: pool.size, used, declined });
    const now = this.clocks.steady();
    const before = this.before.get(pool.id);
    if (before === undefined || now - before.at >= RATE_MS) this.before.set(pool.id, { used, at: now });
    const grown = before === undefined ? 0 : used - before.used;
    const isFast = grown >= Math.max(RATE_LEAST, pool.size * RATE_SHARE);
    const isFull = used >= pool.size * FULL_AT;
    if (used < pool.size * FULL_NO_MORE_AT) alarms.lower(`full ${pool.id}`);
    const isNews = (isFull && !alarms.has(`full ${pool.id}`)) || (isFast && !alarms.has(`fast ${pool.id}`));
    if (!isNews && !isFull) return;
    if (lap.takers === undefined) {
      // Who it is takes reading each lease: in a lap of its own, and only while there is something to tell.
      if (isNews) this.lap = lapOf(pool, true);
      return;
    }
    if (isFull)
      alarms.raise(`full ${pool.id}`, this.alarm(lap, `${percent(used, pool.size)} of its addresses in use`));
    if (isFast) {
      const what = `${grown} more addresses in use than a minute ago`;
      alarms.raise(`fast ${pool.id}`, this.alarm(lap, what), now + 10 * RATE_MS);
    }
  }

  private alarm({ pool, used, declined, takers, strangers }: Lap, what: string) {
    const most = [...takers!].sort(([, a], [, b]) => b - a).slice(0, OFFENDERS_TOLD);
    const named = most.map(([who, count]) => `${who} (${count})`).join(", ");
    const sentence = `The pool ${pool.id} has ${what} (${used} of ${pool.size}; ${strangers} by unknown hosts, ${declined} declined). Most are of ${named}.`;
    return {
      sentence,
      fields: { pool: pool.id, used, size: pool.size, declined, strangers, most: Object.fromEntries(most) },
    };
  }
}

function lapOf(pool: Pool, isToTell: boolean): Lap {
  return { pool, at: 0, used: 0, declined: 0, takers: isToTell ? new Map() : undefined, strangers: 0 };
}

function percent(part: number, whole: number): string {
  return `${Math.floor((100 * part) / whole)} %`;
}
