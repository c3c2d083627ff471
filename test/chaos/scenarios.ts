// What can be run: a line a scenario.

import type { FaultKind } from "./fault-kind.ts";
import { faultKinds } from "./fault-kinds.ts";
import { storeLosses } from "./store-losses.ts";
import type { Storm } from "./storm.ts";

export interface Scenario {
  readonly name: string;
  readonly about: string;
  /** Nobody may wait in vain, nor lose a lease. */
  readonly sparesClients?: boolean;
  /** Reserved hosts are served all the while (I6), and moments after each fault all nodes know all. */
  readonly servesReserved?: boolean;
  /** How long leases last, where it is not twenty seconds. */
  readonly leaseSeconds?: number;
  /** A load tool asks besides, so many times a second, and may lose one in a hundred outside of the faults. */
  readonly load?: number;
  /** Clients are told the nodes' own addresses as server identifiers when the seed is odd. */
  readonly variesIdentifier?: boolean;
  /** The store loses what it holds: the wire alone is judged, by who has which address. */
  readonly losesStore?: boolean;
  act(storm: Storm, minutes: number, kinds: readonly FaultKind[]): Promise<void>;
}

const named = (...names: readonly string[]): FaultKind[] =>
  names.map((name) => faultKinds.find((kind) => kind.name === name)!);

/** Shorter than what is held of any lease beyond what its client was told, also when an election follows. */
const PARTITION_SECONDS = 10;

const lasting =
  (seconds: number) =>
  (kind: FaultKind): FaultKind => ({ ...kind, seconds: [seconds, seconds] });

const inTurn = (kinds: readonly FaultKind[]) => async (storm: Storm) => {
  for (const kind of kinds) {
    await storm.peace();
    await storm.befall(kind);
  }
};

export const scenarios: readonly Scenario[] = [
  {
    name: "random",
    about: "faults of all kinds at random, each kind once before any comes again",
    variesIdentifier: true,
    act: (storm, minutes, kinds) => storm.rage(minutes * 60_000, kinds),
  },
  {
    name: "partitions",
    about: "one node is cut from the others, then all three from each other",
    servesReserved: true,
    leaseSeconds: 40,
    act: inTurn(named("node cut off", "all cut from each other").map(lasting(PARTITION_SECONDS))),
  },
  {
    name: "power",
    about: "the power of all three nodes is cut, three times",
    act: inTurn(named("power cut", "power cut", "power cut")),
  },
  {
    name: "rolling",
    about: "all nats-servers and then all dhcpds are restarted, one after the other",
    sparesClients: true,
    act: inTurn(named("rolling restart of nats-servers", "rolling restart of dhcpds")),
  },
  {
    name: "store",
    about:
      "buckets are emptied, a document that is none is written, all stores are lost; nodes are started anew each time",
    losesStore: true,
    leaseSeconds: 120,
    act: inTurn(storeLosses),
  },
  {
    name: "load",
    about: "each fault once, while perfdhcp asks a thousand times a second",
    load: 1000,
    variesIdentifier: true,
    act: (storm, _minutes, kinds) => inTurn(kinds)(storm),
  },
];
