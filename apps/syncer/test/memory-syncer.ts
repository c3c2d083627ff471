// A syncer over a store in memory and an SMD that is two lists: rounds without a process, a server or a clock.
import type { HostEvent } from "@leasehold/inventory";
import { formatIpv4, parseMac } from "@leasehold/protocol";
import { SourceRound } from "../src/rounds/source-round.ts";
import { readingOf } from "../src/sources/smd-rows.ts";
import { ReadFailure } from "../src/sources/source.ts";
import { MemoryStore } from "./memory-store.ts";
import { node, row } from "./smd-shapes.ts";

const NAMES = { hostname: "nid{04d}", hostnameOther: "{id}" };
const SETTINGS = { source: "smd", absentReads: 2, brake: { percent: 10, hosts: 5 } };

export class MemorySyncer {
  readonly store = new MemoryStore();
  readonly smd: { rows: unknown[]; components: unknown[]; isDown: boolean };
  round: SourceRound;
  private minute = 0;

  constructor(rows: unknown[], components: unknown[]) {
    this.smd = { rows, components, isDown: false };
    this.round = this.start();
  }

  /** A syncer that has just started, over the same store. */
  start(): SourceRound {
    const read = async () => {
      if (this.smd.isDown) throw new ReadFailure("status", "GET …: status 503");
      return readingOf(this.smd.rows, this.smd.components, NAMES);
    };
    return new SourceRound(SETTINGS, { place: "here", read }, this.store);
  }

  /** One whole read, a minute after the last; the events in short: `HostSet x1`. */
  async look(): Promise<string[]> {
    this.minute++;
    const now = () => new Date(Date.UTC(2026, 3, 1, 12, this.minute)).toISOString();
    const { written } = await this.round.run(true, now);
    return written.map(({ type, id }) => `${type} ${id}`);
  }

  stored(id: string): HostEvent | undefined {
    return this.store.hosts.get(id)?.event;
  }

  /** The address that nodes reserve for an interface; empty for none. */
  reserved(mac: string): string {
    const address = this.store.inventory.reservation(parseMac(mac)!, () => true);
    return address === undefined ? "" : formatIpv4(address);
  }
}

export const [A, B, C] = ["02:00:5e:00:10:0a", "02:00:5e:00:10:0b", "02:00:5e:00:10:0c"] as const;

/** SMD knows x1 by the interface A with 10.0.0.1, and x2 by B with 10.0.0.2. */
export function syncerOfTwo(): MemorySyncer {
  const rows = [row(A, "x1", ["10.0.0.1"]), row(B, "x2", ["10.0.0.2"])];
  return new MemorySyncer(rows, [node("x1", 1), node("x2", 2)]);
}
