// A node that stops in order, is killed, or stands still while clients come: the others serve them, nobody is refused, and
// what stood still answers nothing that is no longer true.
import { formatIpv4, type Ipv4, type Mac, MessageType } from "@leasehold/protocol";
import { afterEach, beforeAll, expect, test } from "vitest";
import { Relay } from "../lab/relay.ts";
import { sleep, until } from "../lab/shell.ts";
import { type SwarmClient, type SwarmOptions, swarm } from "../lab/swarm.ts";
import { doubleBindings, readWire, type WireMessage } from "../lab/wire.ts";
import { labForTests } from "./lab-for-tests.ts";

const VICTIM = "n2";
const labOf = labForTests("faults", { clients: 0 });
let capture: string;
let relay: Relay | undefined;

beforeAll(async () => {
  capture = await labOf().startCapture();
});
afterEach(async () => {
  await relay?.close();
  relay = undefined;
});

/** Clients come for some seconds; meanwhile something happens. */
async function whileClientsCome(options: SwarmOptions, happens: () => Promise<void>): Promise<SwarmClient[]> {
  const [clients] = await Promise.all([swarm(labOf(), options), happens()]);
  const slowest = Math.max(...clients.map(({ millis }) => millis));
  console.log(
    `${clients.length} clients, ${askedAgain(clients)} had to ask again, the slowest took ${Math.round(slowest)} ms`,
  );
  return clients;
}

function expectAllServed(clients: readonly SwarmClient[]): void {
  expect(clients.filter(({ address }) => address === undefined)).toEqual([]);
  expect(new Set(clients.map(({ address }) => address)).size).toBe(clients.length);
  expect(clients.filter(({ naks }) => naks > 0)).toEqual([]);
  expect(doubleBindings(readWire(capture))).toEqual([]);
}

const askedAgain = (clients: readonly SwarmClient[]) => clients.filter(({ sent }) => sent > 2).length;
const servers = (clients: readonly SwarmClient[]) => new Set(clients.map(({ server }) => server));
const address = (node: string) => labOf().host(node).address!;
const stateOf = async (node: string, seenBy: string) => {
  const cluster = (await labOf().api(seenBy, "/api/v1/cluster")).body as {
    nodes: { name: string; state: string }[];
  };
  return cluster.nodes.find(({ name }) => name === node)?.state;
};

/** Its dhcpd serves, and the others know that. */
async function awaitServing(node: string): Promise<void> {
  for (const seenBy of ["n1", "n2", "n3"]) {
    await until(`${seenBy} sees ${node} serve`, 20, async () => (await stateOf(node, seenBy)) === "serving");
  }
}

test("SIGTERM drains: no client notices that a node goes, and comes back", async () => {
  const lab = labOf();
  let stoppedIn = Number.POSITIVE_INFINITY;
  // As patient as real ones: a disk that stands still for a second makes nobody ask again, silence does.
  const patient = { clients: 800, rate: 100, macPrefix: "021ea561", retryMs: 4000 };
  const clients = await whileClientsCome(patient, async () => {
    await sleep(2000);
    const started = performance.now();
    await lab.stop(VICTIM, "dhcpd");
    stoppedIn = performance.now() - started;
    await lab.start(VICTIM, "dhcpd");
  });
  expectAllServed(clients);
  expect(stoppedIn).toBeLessThan(5000);
  expect(lab.logs(VICTIM).dhcpd).toMatch(/"msg":"draining".*"msg":"stopped"/s);
  expect(servers(clients)).toEqual(new Set(["n1", "n2", "n3"].map(address)));
  // What it had been told before it went, it answered; the others knew at once that the rest is theirs.
  expect(askedAgain(clients)).toBeLessThanOrEqual(clients.length * 0.01);
});

test("SIGKILL: the others serve its clients when these ask again", async () => {
  await awaitServing(VICTIM);
  const clients = await whileClientsCome({ clients: 600, rate: 100, macPrefix: "021ea562" }, async () => {
    await sleep(1000);
    await labOf().kill(VICTIM, "dhcpd");
  });
  expectAllServed(clients);
  await labOf().start(VICTIM, "dhcpd");
});

test("SIGSTOP for five seconds: the others take over, and it answers nothing stale when it goes on", async () => {
  await awaitServing(VICTIM);
  const lab = labOf();
  const asking = await Relay.open(lab);
  relay = asking;
  const [leaver, heir] = ["02:1e:a5:55:00:01" as Mac, "02:1e:a5:55:00:02" as Mac];
  const { yiaddr } = await asking.lease(VICTIM, leaver);
  const droppedBefore = await droppedAsPaused();
  let resumedAt = 0;
  let whilePaused: Promise<unknown> = Promise.resolve();
  const clients = await whileClientsCome({ clients: 900, rate: 100, macPrefix: "021ea563" }, async () => {
    lab.pause(VICTIM, "dhcpd");
    const pausedAt = performance.now();
    // The first client gives its address back, and the second one gets it: the node that stands still knows nothing of
    // either, and in its socket lies a renewal of the first one.
    whilePaused = asking.renew(VICTIM, leaver, yiaddr, 10_000);
    await handOver(asking, leaver, heir, yiaddr);
    await sleep(5000 - (performance.now() - pausedAt));
    resumedAt = Date.now();
    lab.resume(VICTIM, "dhcpd");
  });
  expectAllServed(clients);
  expect(await whilePaused).toBeUndefined();
  await awaitServing(VICTIM);
  expect(await droppedAsPaused()).toBeGreaterThan(droppedBefore);
  expect(staleReplies(readWire(capture), resumedAt)).toEqual([]);
  // Now it knows what happened.
  const answer = await asking.renew(VICTIM, leaver, yiaddr);
  expect(answer?.packet.messageType).toBe(MessageType.NAK);
  const confirmed = await asking.renew(VICTIM, heir, yiaddr);
  expect(confirmed?.packet).toMatchObject({ messageType: MessageType.ACK, yiaddr });
});

async function droppedAsPaused(): Promise<number> {
  const { body } = await labOf().api(VICTIM, "/metrics");
  return Number(
    /^leasehold_packets_dropped_total\{reason="was-paused".*\} (\d+)$/m.exec(body as string)?.[1] ?? 0,
  );
}

async function handOver(asking: Relay, leaver: Mac, heir: Mac, wanted: Ipv4): Promise<void> {
  asking.release("n1", leaver, wanted);
  const path = `/api/v1/leases?address=${formatIpv4(wanted)}`;
  await until("n1 says released", 5, async () => {
    const [lease] = (await labOf().api("n1", path)).body as { state: string }[];
    return lease?.state === "released";
  });
  const ack = await asking.lease("n1", heir, wanted);
  expect(ack.yiaddr).toBe(wanted);
}

/** What the victim said after it had gone on, in answer to what was said before that. */
function staleReplies(messages: readonly WireMessage[], resumedAt: number): string[] {
  const asked = new Map<number, number>();
  return messages.flatMap(({ at, packet, fromMac, client }) => {
    const isReply = packet.op === 2;
    if (!isReply) asked.set(packet.xid, at);
    if (!isReply || fromMac !== labOf().host(VICTIM).mac || at < resumedAt) return [];
    const askedAt = asked.get(packet.xid) ?? 0;
    return askedAt < resumedAt ? [`${client}, ${Math.round(resumedAt - askedAt)} ms too old`] : [];
  });
}
