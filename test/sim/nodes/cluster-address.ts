// The cluster's own address on the network of a run: the site's routing takes it to a node that runs, or one of the nodes carries it, as
// its kernel does for some seconds each time that it is told to, also while the process stands still.
import { ADDRESS_LIFE_S } from "../../../apps/dhcpd/src/cluster/floating-identity.ts";
import type { Chance } from "../chance.ts";
import type { WireJudge } from "../judge/wire-judge.ts";
import type { Plan } from "../setting.ts";
import type { Timeline } from "../timeline.ts";
import type { SimulatedNode } from "./node.ts";

/** The kernel looks every quarter of a second. */
const CARRIED_MS = ADDRESS_LIFE_S * 1000 + 250;

/** What of a simulation it takes. */
export interface AddressedCluster {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly plan: Plan;
  readonly nodes: readonly SimulatedNode[];
  readonly judge: WireJudge;
}

export class ClusterAddress {
  private readonly cluster: AddressedCluster;

  constructor(cluster: AddressedCluster) {
    this.cluster = cluster;
  }

  /** The node that hears what is sent to it; undefined: nobody does. */
  at(): SimulatedNode | undefined {
    const { plan, nodes, chance } = this.cluster;
    const running = nodes.filter(({ life }) => life !== undefined);
    return plan.setting.isFloating ? running.find((node) => this.carries(node)) : chance.pick(running);
  }

  carry(by: SimulatedNode): void {
    const { judge, nodes, timeline } = this.cluster;
    judge.checked("one carrier");
    for (const other of nodes)
      if (other !== by && this.carries(other))
        judge.blame(`one carrier: ${by.name} takes the cluster's address while ${other.name} has it`);
    by.carriesUntil = timeline.now + CARRIED_MS;
  }

  private carries({ carriesUntil }: SimulatedNode): boolean {
    return carriesUntil > this.cluster.timeline.now;
  }
}
