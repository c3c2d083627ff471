// Catching up over the bus: this node asks the others what it missed, and answers what they ask.
import { askNode, type Bus, type Follower, onQuestion } from "@leasehold/bus";
import type { Lease } from "@leasehold/leases";
import type { Membership } from "../../cluster/membership.ts";
import type { StoreHealth } from "../../store/store-health.ts";
import type { Counters } from "../../telemetry/counters.ts";
import type { Faults } from "../../telemetry/faults.ts";
import { CatchUp, readAnswer, readQuestion } from "../../views/catch-up.ts";
import type { NodeWorld } from "../../views/node-world.ts";

export interface CatchUpOverBus {
  readonly self: string;
  readonly world: NodeWorld;
  readonly membership: Membership;
  readonly leases: Follower;
  readonly health: StoreHealth;
  readonly counters: Counters;
  readonly faults: Faults;
  readonly steady: () => number;
  /** Told of each lease that was news. */
  readonly onLease: (lease: Lease) => void;
}

export function openCatchUp(bus: Bus, parts: CatchUpOverBus): CatchUp {
  const { self, world, membership, leases, health, counters, faults, steady } = parts;
  const catchUp = new CatchUp({
    ...{ world, membership, steady, feed: () => leases },
    isInDoubt: () => leases.complete && !health.isPrompt(steady()),
    ask: (node, question) => askNode(bus, node, question, readAnswer),
    onLease: (lease) => {
      counters.count("trouble", "lease-from-peer");
      parts.onLease(lease);
    },
  });
  onQuestion(bus, self, readQuestion, (question) => {
    let answer: unknown;
    faults.guard("answering another node", () => {
      answer = catchUp.answer(question);
    });
    return answer;
  });
  return catchUp;
}
