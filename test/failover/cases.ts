// The failures whose length is measured, once each; what a run gives is a number a figure. Clients keep to RFC 2131's
// pauses: four seconds, give or take an eighth, before the second try.
import { type Mac, MessageType } from "@leasehold/protocol";
import type { LivingClient } from "../chaos/living-client.ts";
import type { ClientKind, Population } from "../chaos/population.ts";
import type { Lab } from "../lab/lab.ts";
import { Relay } from "../lab/relay.ts";
import { sleep, until } from "../lab/shell.ts";
import { readWire, type WireMessage } from "../lab/wire.ts";
import { longest, mostAsked, toLease, toOffer, toRenewal } from "./waits.ts";

export interface Figure {
  readonly name: string;
  readonly unit: "ms" | "messages" | "clients";
  /** What is promised; a median above it fails the run. */
  readonly atMost: number;
}

export interface Case {
  readonly name: string;
  readonly about: string;
  readonly figures: readonly Figure[];
  /** Once, against a node; answers with a number a figure. */
  measure(stand: Stand, victim: string): Promise<readonly number[]>;
}

/** What a case stands on: a cluster at peace, and clients that have leases and do nothing by themselves for minutes. */
export interface Stand {
  readonly lab: Lab;
  readonly population: Population;
}

const RETRANSMISSION_MS = 4500;
const AT_ONCE = 40;
const ELECTION_MS = 14_000;
/** For 8 s, ten a second. */
const RENEWALS = 80;
const PROBE = "02:1e:a5:55:0f:01" as Mac;
/** Shorter than any client's pause before it asks again. */
const NO_STALL_MS = 1000;
/** ADR 0015: silent for 4 s, and then two rounds of votes. */
const CARRIER_MS = 6000;

export const cases: readonly Case[] = [
  {
    name: "dhcpd killed",
    about: `${AT_ONCE} clients of each kind ask within 0.4 s after SIGKILL; a third of them were the victim's`,
    figures: [
      { name: "slowest new client, until its OFFER", unit: "ms", atMost: RETRANSMISSION_MS },
      { name: "messages that the slowest needed for it", unit: "messages", atMost: 2 },
      { name: "slowest renewal by broadcast", unit: "ms", atMost: 2500 },
    ],
    async measure({ lab, population }, victim) {
      const { wire, from, fresh, bound } = await recorded(lab, async () => {
        const start = Date.now();
        await lab.kill(victim, "dhcpd");
        const newcomers = await spread(population, AT_ONCE, 400, "pool");
        const renewing = pick(population, "pool", AT_ONCE, newcomers);
        for (const client of renewing) client.rebind();
        await sleep(RETRANSMISSION_MS * 2);
        return { from: start, fresh: macsOf(newcomers), bound: macsOf(renewing) };
      });
      await lab.start(victim, "dhcpd");
      const offers = toOffer(wire, fresh, from);
      return [longest(offers), mostAsked(offers), longest(toRenewal(wire, bound, from))];
    },
  },
  {
    name: "stream leader killed",
    about:
      "for 14 s after SIGKILL, ten times a second: a new client, a renewal, a reserved host that renews, one that starts anew",
    figures: [
      { name: "slowest new client, until its ACK", unit: "ms", atMost: 10_000 },
      { name: "slowest renewal", unit: "ms", atMost: NO_STALL_MS },
      { name: "slowest renewal of a reserved host", unit: "ms", atMost: NO_STALL_MS },
      { name: "slowest reserved host that starts anew", unit: "ms", atMost: NO_STALL_MS },
    ],
    async measure({ lab, population }) {
      const leader = await until("the bucket of leases has a leader", 30, () =>
        lab.leaderOf("KV_dhcp-leases"),
      );
      const { wire, from, groups } = await recorded(lab, async () => {
        const start = Date.now();
        await lab.kill(leader, "nats");
        const asking = await askOnAndOn(population, ELECTION_MS);
        await sleep(RETRANSMISSION_MS);
        return { from: start, groups: asking };
      });
      await lab.start(leader, "nats");
      return [
        longest(toLease(wire, macsOf(groups.newcomers), from)),
        longest(toRenewal(wire, macsOf(groups.renewing), from)),
        longest(toRenewal(wire, macsOf(groups.reserved), from)),
        longest(toLease(wire, macsOf(groups.starting), from)),
      ];
    },
  },
  {
    name: "carrier killed",
    about:
      "the node that carries the floating address gets SIGKILL; ten times a second a client renews there, by unicast",
    figures: [{ name: "until the address answers again", unit: "ms", atMost: CARRIER_MS }],
    async measure({ lab, population }) {
      const carrier = await until("a node carries the floating address", 30, () => carrierOf(lab));
      const { wire, from } = await recorded(lab, async () => {
        const start = Date.now();
        await lab.kill(carrier, "dhcpd");
        for (const client of pick(population, "pool", RENEWALS)) {
          client.renew();
          await sleep(100);
        }
        return { from: start };
      });
      await lab.start(carrier, "dhcpd");
      const answered = wire.find(({ at, type }) => at > from && type === MessageType.ACK);
      return [(answered?.at ?? Number.POSITIVE_INFINITY) - from];
    },
  },
  {
    name: "dhcpd restarted",
    about: "a relay asks the node every 20 ms from its exec on; meanwhile clients of the whole cluster ask",
    figures: [
      { name: "from exec to its first answer", unit: "ms", atMost: 3000 },
      { name: "clients that had to ask again meanwhile", unit: "clients", atMost: 0 },
    ],
    async measure({ lab, population }, victim) {
      await lab.kill(victim, "dhcpd");
      await sleep(4000); // The others know that it is gone.
      const relay = await Relay.open(lab);
      const { wire, from, newcomers, answeredAfter } = await recorded(lab, async () => {
        const start = Date.now();
        const answered = firstAnswer(relay, victim);
        const starting = lab.start(victim, "dhcpd");
        const fresh = await spread(population, AT_ONCE * 2, 4000, "pool");
        await starting;
        await sleep(RETRANSMISSION_MS);
        return { from: start, newcomers: macsOf(fresh), answeredAfter: (await answered) - start };
      });
      await relay.close();
      const asked = toOffer(wire, newcomers, from);
      return [answeredAfter, asked.filter(({ asked: count }) => count > 1).length];
    },
  },
];

async function carrierOf(lab: Lab): Promise<string | undefined> {
  for (const { name } of lab.nodes) {
    const { body } = await lab.api(name, "/metrics");
    if (/^leasehold_floating_address_carried(\{.*\})? 1$/m.test(body as string)) return name;
  }
  return undefined;
}

async function recorded<T extends object>(
  lab: Lab,
  act: () => Promise<T>,
): Promise<T & { wire: WireMessage[] }> {
  await lab.startCapture();
  const result = await act();
  return { ...result, wire: readWire(await lab.stopCapture()) };
}

/** Lets so many new clients come over a time. */
async function spread(
  population: Population,
  many: number,
  ms: number,
  kind: ClientKind,
): Promise<LivingClient[]> {
  const clients: LivingClient[] = [];
  for (let i = 0; i < many; i++) {
    const client = population.bear(kind);
    client.discover();
    clients.push(client);
    await sleep(ms / many);
  }
  return clients;
}

/** Bound clients, other ones each time. */
function pick(
  population: Population,
  kind: ClientKind,
  many: number,
  except: readonly LivingClient[] = [],
): LivingClient[] {
  const fit = population.clientsOf(kind).filter((client) => client.isBound && !except.includes(client));
  return fit.slice(-many);
}

async function askOnAndOn(population: Population, ms: number) {
  const steps = ms / 100;
  const bound = pick(population, "pool", steps);
  const hosts = pick(population, "reserved", 2 * steps);
  const groups = { newcomers: [], renewing: [], reserved: [], starting: [] } as Record<
    "newcomers" | "renewing" | "reserved" | "starting",
    LivingClient[]
  >;
  for (let i = 0; i < steps; i++) {
    groups.newcomers.push(...(await spread(population, 1, 100, "pool")));
    const [renewing, reserved, starting] = [bound[i], hosts[i], hosts[steps + i]];
    if (renewing) groups.renewing.push(renewing);
    if (reserved) groups.reserved.push(reserved);
    if (starting) groups.starting.push(starting);
    renewing?.rebind();
    reserved?.rebind();
    starting?.discover();
  }
  return groups;
}

const macsOf = (clients: readonly LivingClient[]): ReadonlySet<Mac> => new Set(clients.map(({ mac }) => mac));

/** Asks a node time and again; answers with when it first said something. */
async function firstAnswer(relay: Relay, node: string): Promise<number> {
  for (;;) {
    const reply = await relay.discover(node, PROBE, 20);
    if (reply?.packet.messageType === MessageType.OFFER) return reply.at;
  }
}
