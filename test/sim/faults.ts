// Everything that happens to a run besides time: what breaks, what an operator does, and what clients do of their own accord.
// A line each: how often, for how long at most, how it begins and how it ends.
import {
  BUCKET_LOSSES,
  type Fault,
  LEADER_SKEW_MAX_MS,
  RESERVED_IN_OUTAGE,
  STORE_LOSSES,
} from "./setting.ts";
import type { Simulation } from "./simulation.ts";

export interface Kind {
  readonly name: string;
  readonly weight: number;
  readonly longestMs: number;
  readonly shortestMs?: number;
  begin(simulation: Simulation, fault: Fault): void;
  end?(simulation: Simulation, fault: Fault): void;
}

export const faultKinds: readonly Kind[] = [
  {
    name: "crash",
    ...{ weight: 4, longestMs: 60_000 },
    begin: (simulation, { node }) => simulation.node(node).crash(),
    end: (simulation, { node }) => simulation.node(node).start(),
  },
  {
    name: "pause",
    ...{ weight: 5, longestMs: 90_000 },
    begin: (simulation, { node }) => simulation.node(node).pause(),
    end: (simulation, { node }) => simulation.node(node).resume(),
  },
  {
    name: "drained",
    ...{ weight: 3, longestMs: 60_000 },
    begin: (simulation, { node }) => simulation.drain(node, true),
    end: (simulation, { node }) => simulation.drain(node, false),
  },
  {
    name: "stopped in order",
    ...{ weight: 3, shortestMs: 4000, longestMs: 60_000 },
    begin: (simulation, { node }) => simulation.node(node).stop(),
    end: (simulation, { node }) => simulation.node(node).start(),
  },
  {
    name: "busy",
    ...{ weight: 3, longestMs: 40_000 },
    begin: (simulation, { node, number }) => {
      simulation.keepBusy(node, 50 + number * (number % 2 === 0 ? 1 : 24));
      simulation.powerUp();
    },
    end: (simulation, { node }) => simulation.keepBusy(node, 0),
  },
  {
    name: "clock step",
    ...{ weight: 2, longestMs: 60_000 },
    begin: (simulation, { node, number }) =>
      simulation.setClock(node, (number - 500) * (number % 2 === 0 ? 6 : 400)),
  },
  {
    name: "clock drift",
    ...{ weight: 1, longestMs: 60_000 },
    begin: (simulation, { node, number }) => simulation.drift(node, (number - 500) / 1e6),
  },
  {
    name: "cut off from the store",
    ...{ weight: 5, longestMs: 60_000 },
    begin: (simulation, { node }) => simulation.node(node).door.cut(),
    end: (simulation, { node }) => simulation.node(node).door.heal(),
  },
  {
    name: "cut off, and back while there is no leader",
    ...{ weight: 3, shortestMs: 5000, longestMs: 60_000 },
    begin: (simulation, { node }) => simulation.node(node).door.cut(),
    // Then the others are asked what was missed (ADR 0016).
    end: (simulation, { node }) => {
      simulation.stream.crashLeader();
      simulation.node(node).door.heal();
    },
  },
  {
    name: "answers of the store lost",
    ...{ weight: 3, longestMs: 30_000 },
    begin: (simulation, { node }) => simulation.deafen(node, true),
    end: (simulation, { node }) => simulation.deafen(node, false),
  },
  {
    name: "cut off from clients",
    ...{ weight: 2, longestMs: 60_000 },
    begin: (simulation, { node }) => simulation.cutClients(node, true),
    end: (simulation, { node }) => simulation.cutClients(node, false),
  },
  {
    name: "heartbeats lost",
    ...{ weight: 3, longestMs: 60_000 },
    begin: (simulation, { node, number }) => simulation.muteBeats(node, number),
    end: (simulation, { node }) => simulation.hearBeats(node),
  },
  {
    name: "slow view",
    ...{ weight: 5, longestMs: 60_000 },
    begin: (simulation, { node, number }) => simulation.slowView(node, 200 + number * (number % 3) * 15),
    end: (simulation, { node }) => simulation.slowView(node, undefined),
  },
  {
    name: "storm on the network",
    ...{ weight: 3, longestMs: 60_000 },
    begin: (simulation, { number }) => simulation.ether.storm(number),
    end: (simulation) => simulation.ether.calm(),
  },
  {
    name: "replies that throw",
    ...{ weight: 3, longestMs: 60_000 },
    // Many at once, and a store that takes its time: they share a batch, some of whose replies throw.
    begin: (simulation, { number }) => {
      simulation.throwReplies(number);
      simulation.slowStore([200, 600]);
      // Those that had an address ask for it at once; who begins with a DISCOVER would get no further than its OFFER.
      for (const client of simulation.clients) client.reboot();
    },
    end: (simulation) => {
      simulation.throwReplies(undefined);
      simulation.slowStore(undefined);
    },
  },
  {
    name: "leader crash",
    ...{ weight: 3, longestMs: 0 },
    begin: (simulation) => simulation.stream.crashLeader(),
  },
  {
    name: "leader hands over",
    ...{ weight: 2, longestMs: 0 },
    begin: (simulation) => simulation.stream.stepDown(),
  },
  {
    name: "majority lost",
    ...{ weight: 3, longestMs: 60_000 },
    begin: (simulation) => simulation.stream.loseMajority(),
    end: (simulation) => simulation.stream.regainMajority(),
  },
  {
    name: RESERVED_IN_OUTAGE,
    ...{ weight: 0, longestMs: 40_000 },
    begin: (simulation) => simulation.watchReserved(),
    end: (simulation) => simulation.stream.regainMajority(),
  },
  {
    name: STORE_LOSSES[0],
    ...{ weight: 0, longestMs: 60_000 },
    begin: (simulation, { node }) => simulation.loseStore(node, (stream) => stream.empty(0)),
  },
  {
    name: STORE_LOSSES[1],
    ...{ weight: 0, longestMs: 60_000 },
    begin: (simulation, { node }) => simulation.loseStore(node, (stream) => stream.empty(1)),
  },
  {
    name: STORE_LOSSES[2],
    ...{ weight: 0, longestMs: 60_000 },
    begin: (simulation, { node, number }) =>
      simulation.loseStore(node, (stream) => stream.loseTail(1 + (number % 40))),
  },
  {
    name: BUCKET_LOSSES[0],
    ...{ weight: 0, longestMs: 40_000 },
    begin: (simulation) => simulation.configuration.loseNetworks(),
  },
  {
    name: BUCKET_LOSSES[1],
    ...{ weight: 0, longestMs: 40_000 },
    begin: (simulation) => simulation.loseHosts(),
    end: (simulation) => simulation.configuration.refillHosts(),
  },
  {
    name: "slow store",
    ...{ weight: 2, longestMs: 30_000 },
    begin: (simulation, { number }) => simulation.slowStore([100, 200 + number * 4]),
    end: (simulation) => simulation.slowStore(undefined),
  },
  {
    name: "leader's clock",
    ...{ weight: 1, longestMs: 60_000 },
    begin: (simulation, { number }) => simulation.setLeaderClock((number / 500 - 1) * LEADER_SKEW_MAX_MS),
  },
  {
    name: "document",
    ...{ weight: 3, longestMs: 60_000 },
    begin: (simulation, { number }) => simulation.applyDocument(number),
    end: (simulation) => simulation.applyDocument(0),
  },
  {
    name: "host",
    ...{ weight: 2, longestMs: 60_000 },
    begin: (simulation, { client, number }) => simulation.setHost(client, number),
    end: (simulation, { client }) => simulation.removeHost(client),
  },
  {
    name: "stranger on an address",
    ...{ weight: 1, longestMs: 60_000 },
    begin: (simulation, { number }) => simulation.putStranger(number, true),
    end: (simulation, { number }) => simulation.putStranger(number, false),
  },
  {
    name: "all clients start at once",
    ...{ weight: 3, longestMs: 0 },
    begin: (simulation) => simulation.powerUp(),
  },
  {
    name: "nobody hears anybody",
    ...{ weight: 3, longestMs: 60_000 },
    begin: (simulation) => simulation.muteAll(true),
    end: (simulation) => simulation.muteAll(false),
  },
  {
    name: "split into islands",
    ...{ weight: 3, shortestMs: 24_000, longestMs: 60_000 },
    begin: (simulation, { number }) => simulation.split(number % 2 === 0 ? 40_000 : 1000 + number * 4),
    end: (simulation) => simulation.split(undefined),
  },
  {
    name: "client reboots",
    ...{ weight: 6, longestMs: 0 },
    begin: (simulation, { client }) => simulation.client(client).reboot(),
  },
  {
    name: "client starts anew",
    ...{ weight: 4, longestMs: 0 },
    begin: (simulation, { client }) => simulation.client(client).start(),
  },
  {
    name: "client releases",
    ...{ weight: 5, longestMs: 0 },
    begin: (simulation, { client }) => simulation.client(client).release(),
  },
  {
    name: "client goes away",
    ...{ weight: 4, longestMs: 120_000 },
    begin: (simulation, { client, forMs }) => simulation.client(client).switchOff(forMs),
  },
];
