// What nodes hear of each other's heartbeats.
import type { DhcpHeartbeat } from "../../../apps/dhcpd/src/cluster/heartbeat.ts";
import type { Chance } from "../chance.ts";
import type { Timeline } from "../timeline.ts";
import type { SimulatedNode } from "./node.ts";

export interface Beating {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly nodes: readonly SimulatedNode[];
}

export class Heartbeats {
  private readonly at: Beating;
  private readonly muted = new Map<number, ReadonlySet<number>>();

  constructor(at: Beating) {
    this.at = at;
  }

  /** The others do not hear it, or one of them does not. */
  mute(from: number, number: number): void {
    const { nodes } = this.at;
    const all = nodes.map((_, i) => i);
    this.muted.set(from % nodes.length, new Set(number % 2 === 0 ? all : [number % nodes.length]));
  }

  unmute(from: number): void {
    this.muted.delete(from % this.at.nodes.length);
  }

  /** Nobody hears anybody. */
  muteAll(areMute: boolean): void {
    for (const { index } of this.at.nodes) {
      if (areMute) this.mute(index, 0);
      else this.unmute(index);
    }
  }

  carry(from: SimulatedNode, beat: DhcpHeartbeat): void {
    const { nodes, timeline, chance } = this.at;
    if (!from.door.isOpen) return;
    for (const to of nodes) {
      if (to === from || !to.door.isOpen || this.muted.get(from.index)?.has(to.index)) continue;
      timeline.after(chance.between(0.2, 2), () => to.hearBeat(from.name, beat));
    }
  }
}
