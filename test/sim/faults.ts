// Everything that happens to a run besides time: what breaks, what an operator does, and what clients do of their own accord.
// A line each: how often, for how long at most, how it begins and how it ends.
import {
  BUCKET_LOSSES,
  type Fault,
  LEADER_SKEW_MAX_MS,
  RESERVED_IN_OUTAGE,
  STORE_LOSSES,
  STRANGERS_COME,
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

/** Longer than a client may wait for its OFFER: what is offered then was probed since the strangers came. */
const CLIENTS_COME_AFTER_MS = 25_000;

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
    begin: (simulation, { node }) => simulation.node(node).drain(true),
    end: (simulation, { node }) => simulation.node(node).drain(false),
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
      simulation.node(node).busyMs = 50 + number * (number % 2 === 0 ? 1 : 24);
      simulation.population.powerUp();
    },
    end: (simulation, { node }) => {
      simulation.node(node).busyMs = 0;
    },
  },
  {
    name: "clock step",
    ...{ weight: 2, longestMs: 60_000 },
    begin: (simulation, { node, number }) =>
      simulation.node(node).setClock((number - 500) * (number % 2 === 0 ? 6 : 400)),
  },
  {
    name: "clock drift",
    ...{ weight: 1, longestMs: 60_000 },
    begin: (simulation, { node, number }) => simulation.node(node).driftBy((number - 500) / 1e6),
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
    begin: (simulation, { node }) => {
      simulation.node(node).door.isDeaf = true;
    },
    end: (simulation, { node }) => {
      simulation.node(node).door.isDeaf = false;
    },
  },
  {
    name: "cut off from clients",
    ...{ weight: 2, longestMs: 60_000 },
    begin: (simulation, { node }) => {
      simulation.node(node).isCutFromClients = true;
    },
    end: (simulation, { node }) => {
      simulation.node(node).isCutFromClients = false;
    },
  },
  {
    name: "heartbeats lost",
    ...{ weight: 3, longestMs: 60_000 },
    begin: (simulation, { node, number }) => simulation.beats.mute(node, number),
    end: (simulation, { node }) => simulation.beats.unmute(node),
  },
  {
    name: "slow view",
    ...{ weight: 5, longestMs: 60_000 },
    begin: (simulation, { node, number }) => simulation.node(node).slowView(200 + number * (number % 3) * 15),
    end: (simulation, { node }) => simulation.node(node).slowView(undefined),
  },
  {
    name: "storm on the network",
    ...{ weight: 3, longestMs: 60_000 },
    begin: (simulation, { number }) => simulation.network.ether.storm(number),
    end: (simulation) => simulation.network.ether.calm(),
  },
  {
    name: "replies that throw",
    ...{ weight: 3, longestMs: 60_000 },
    // Many at once, and a store that takes its time: they share a batch, some of whose replies throw.
    begin: (simulation, { number }) => {
      simulation.network.throwReplies(number);
      simulation.stream.slowDown([200, 600]);
      // Those that had an address ask for it at once; who begins with a DISCOVER would get no further than its OFFER.
      for (const client of simulation.population.clients) client.reboot();
    },
    end: (simulation) => {
      simulation.network.throwReplies(undefined);
      simulation.stream.slowDown(undefined);
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
    begin: (simulation) => simulation.population.watchReserved(),
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
    begin: (simulation) => simulation.population.loseHosts(),
    end: (simulation) => simulation.configuration.refillHosts(),
  },
  {
    name: "slow store",
    ...{ weight: 2, longestMs: 30_000 },
    begin: (simulation, { number }) => simulation.stream.slowDown([100, 200 + number * 4]),
    end: (simulation) => simulation.stream.slowDown(undefined),
  },
  {
    name: "leader's clock",
    ...{ weight: 1, longestMs: 60_000 },
    begin: (simulation, { number }) => {
      simulation.stream.leaderSkewMs = (number / 500 - 1) * LEADER_SKEW_MAX_MS;
    },
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
    begin: (simulation, { client, number }) => simulation.population.setHost(client, number),
    end: (simulation, { client }) => simulation.population.removeHost(client),
  },
  {
    name: "stranger on an address",
    ...{ weight: 1, longestMs: 60_000 },
    begin: (simulation, { number }) => simulation.network.strangers.put(number, true),
    end: (simulation, { number }) => simulation.network.strangers.put(number, false),
  },
  {
    name: STRANGERS_COME,
    ...{ weight: 0, longestMs: 60_000 },
    begin: ({ network, timeline, population }) => {
      network.strangers.putMany(true);
      timeline.after(CLIENTS_COME_AFTER_MS, () => population.startAnew());
    },
    end: ({ network }) => network.strangers.putMany(false),
  },
  {
    name: "all clients start at once",
    ...{ weight: 3, longestMs: 0 },
    begin: (simulation) => simulation.population.powerUp(),
  },
  {
    name: "nobody hears anybody",
    ...{ weight: 3, longestMs: 60_000 },
    begin: (simulation) => simulation.beats.muteAll(true),
    end: (simulation) => simulation.beats.muteAll(false),
  },
  {
    name: "split into islands",
    ...{ weight: 3, shortestMs: 24_000, longestMs: 60_000 },
    begin: (simulation, { number }) =>
      simulation.network.split(number % 2 === 0 ? 40_000 : 1000 + number * 4),
    end: (simulation) => simulation.network.split(undefined),
  },
  {
    name: "client reboots",
    ...{ weight: 6, longestMs: 0 },
    begin: (simulation, { client }) => simulation.population.client(client).reboot(),
  },
  {
    name: "client starts anew",
    ...{ weight: 4, longestMs: 0 },
    begin: (simulation, { client }) => simulation.population.client(client).start(),
  },
  {
    name: "client releases",
    ...{ weight: 5, longestMs: 0 },
    begin: (simulation, { client }) => simulation.population.client(client).release(),
  },
  {
    name: "client goes away",
    ...{ weight: 4, longestMs: 120_000 },
    begin: (simulation, { client, forMs }) => simulation.population.client(client).switchOff(forMs),
  },
];
