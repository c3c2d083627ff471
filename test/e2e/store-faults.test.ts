// What befalls the lease store while clients come: the leader of its stream dies, and clocks are set wrong. New clients wait for
// no longer than an election takes, whoever has a lease does not wait, and each state is told by its name.
import type { Mac } from "@leasehold/protocol";
import { formatIpv4, MessageType, parseIpv4 } from "@leasehold/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Relay } from "../lab/relay.ts";
import { typescript } from "../lab/service.ts";
import { sleep, until } from "../lab/shell.ts";
import { swarm } from "../lab/swarm.ts";
import { doubleBindings, readWire } from "../lab/wire.ts";
import { labForTests } from "./lab-for-tests.ts";

const STREAM = "KV_dhcp-leases";
const labOf = labForTests("storefaults", { clients: 0, clocks: true });
let capture: string;
let relay: Relay;

beforeAll(async () => {
  capture = await labOf().startCapture();
  relay = await Relay.open(labOf());
});
afterAll(() => relay?.close());

interface ClusterView {
  readonly nodes: readonly { readonly name: string; readonly state: string }[];
  readonly store: { readonly state: string };
  readonly clock: { readonly ahead: number; readonly isFenced: boolean };
}

const viewOf = async (node: string) => (await labOf().api(node, "/api/v1/cluster")).body as ClusterView;
const stateOf = async (node: string) => (await viewOf(node)).store.state;
const leader = () => until("there is a leader", 20, () => labOf().leaderOf(STREAM));
const awaitState = (node: string, state: string, seconds = 20) =>
  until(`${node} sees the store ${state}`, seconds, async () => (await stateOf(node)) === state);

/** Notes every state that a node sees until told to stop. */
function watchStates(node: string): () => Promise<string[]> {
  const seen: string[] = [];
  let isOver = false;
  const watching = (async () => {
    while (!isOver) {
      const state = await stateOf(node);
      if (seen.at(-1) !== state) seen.push(state);
      await sleep(50);
    }
  })();
  return async () => {
    isOver = true;
    await watching;
    return seen;
  };
}

/** How long each of the node's answers to a client that renews took, ms, over some seconds; -1 for none. */
async function renewals(node: string, mac: Mac, seconds: number): Promise<number[]> {
  const { yiaddr } = await relay.lease(node, mac);
  const until = performance.now() + seconds * 1000;
  const times: number[] = [];
  while (performance.now() < until) {
    const asked = performance.now();
    const reply = await relay.renew(node, mac, yiaddr, 2000);
    expect(reply?.packet).toMatchObject({ messageType: MessageType.ACK, yiaddr });
    times.push(performance.now() - asked);
    await sleep(100);
  }
  return times;
}

test("the stream's leader dies: renewals do not notice, and new clients are served when there is another", async () => {
  const lab = labOf();
  const victim = await leader();
  const witness = lab.nodes.find(({ name }) => name !== victim)!.name;
  await awaitState(witness, "healthy");
  const states = watchStates(witness);
  const renewing = renewals(witness, "02:1e:a5:77:00:01" as Mac, 12);
  await sleep(1000);
  await lab.kill(victim, "nats");
  const clients = await swarm(lab, { clients: 100, rate: 50, macPrefix: "021ea571" });
  const times = await renewing;
  const seen = await states();
  const slowest = Math.max(...clients.map(({ millis }) => millis));
  console.log(
    `new clients: the slowest took ${Math.round(slowest)} ms; renewals: ${Math.round(Math.max(...times))} ms; states: ${seen.join(", ")}`,
  );
  expect(clients.filter(({ address }) => address === undefined)).toEqual([]);
  expect(clients.filter(({ naks }) => naks > 0)).toEqual([]);
  expect(slowest).toBeLessThan(11_000);
  expect(Math.max(...times)).toBeLessThan(1000);
  expect(new Set(seen)).toEqual(new Set(["healthy", "electing", "degraded"]));
  expect(seen.at(-1)).toBe("degraded");
  expect(doubleBindings(readWire(capture))).toEqual([]);
  await lab.start(victim, "nats");
  await awaitState(witness, "healthy");
});

test("no majority: reserved hosts and renewals are served by what is held, nobody else, and all at once when it is back", async () => {
  const lab = labOf();
  const [reserved, dynamic, stranger] = ["11", "12", "13"].map((n) => `02:1e:a5:77:00:${n}` as Mac);
  const address = "10.77.3.9";
  await lab.smd("put", "--mac", reserved!, "--ip", address, "--xname", "x9000c0s0b0n0");
  await until("n1 knows the host", 20, async () => {
    const offer = await relay.discover("n1", reserved!, 500);
    return offer !== undefined && formatIpv4(offer.packet.yiaddr) === address;
  });
  await relay.lease("n1", reserved!);
  const { yiaddr } = await relay.lease("n1", dynamic!);
  await Promise.all([lab.kill("n2", "nats"), lab.kill("n3", "nats")]);
  await awaitState("n1", "no-quorum", 30);
  expect((await lab.api("n1", "/readyz")).status).toBe(503);
  const again = await relay.lease("n1", reserved!);
  expect(formatIpv4(again.yiaddr)).toBe(address);
  expect((await relay.renew("n1", dynamic!, yiaddr))?.packet.messageType).toBe(MessageType.ACK);
  expect(await relay.discover("n1", stranger!, 1000)).toBeUndefined();
  await Promise.all([lab.start("n2", "nats"), lab.start("n3", "nats")]);
  await awaitState("n1", "healthy", 30);
  expect(await relay.lease("n1", stranger!)).toBeDefined();
  expect(doubleBindings(readWire(capture))).toEqual([]);
});

test("a clock that is set wrong does no harm, and is told", async () => {
  const lab = labOf();
  const mac = "02:1e:a5:77:00:02" as Mac;
  const { yiaddr } = await relay.lease("n1", mac);
  lab.shiftClock("n1", 3 * 3600);
  await until(
    "n1 knows that its clock is wrong",
    10,
    async () => (await viewOf("n1")).clock.ahead > 3 * 3600 - 1,
  );
  await until("n1 serves", 10, async () => (await lab.api("n1", "/readyz")).status === 200);
  // The lease of two hours still stands: nobody takes it for expired.
  const other = await relay.discover("n1", "02:1e:a5:77:00:03" as Mac, 1000, yiaddr);
  expect(other && formatIpv4(other.packet.yiaddr)).not.toBe(formatIpv4(yiaddr));
  expect((await relay.renew("n1", mac, yiaddr))?.packet.messageType).toBe(MessageType.ACK);
  lab.shiftClock("n1", 0);
});

test("a node that starts with a wrong clock answers nobody until it is right", async () => {
  const lab = labOf();
  await lab.stop("n2", "dhcpd");
  // Starting waits until the node serves, which it does when its clock is right.
  const starting = lab.start("n2", "dhcpd");
  lab.shiftClock("n2", 3600);
  await until("n2 is fenced", 20, async () =>
    (await viewOf("n1")).nodes.some(({ name, state }) => name === "n2" && state === "fenced"),
  );
  expect(await relay.discover("n2", "02:1e:a5:77:00:04" as Mac, 1000)).toBeUndefined();
  lab.shiftClock("n2", 0);
  await starting;
  expect(await relay.discover("n2", "02:1e:a5:77:00:04" as Mac, 2000)).toBeDefined();
});

test("the stream is deleted under running nodes, and made anew: what was promised is written back, and given to nobody else", async () => {
  const lab = labOf();
  const clients = await swarm(lab, { clients: 50, rate: 50, macPrefix: "021ea572" });
  const before = new Set(clients.map(({ address }) => address));
  expect(before.size).toBe(50);
  await asAdmin("delete");
  for (const node of ["n1", "n2", "n3"]) await awaitState(node, "missing");
  expect((await lab.api("n1", "/readyz")).status).toBe(503);
  const renewed = await relay.renew(
    "n1",
    "02:1e:a5:77:00:02" as Mac,
    (await addressOf("02:1e:a5:77:00:02"))!,
  );
  expect(renewed?.packet.messageType).toBe(MessageType.ACK);
  expect(await relay.discover("n1", "02:1e:a5:77:00:05" as Mac, 1000)).toBeUndefined();
  await asAdmin("make");
  for (const node of ["n1", "n2", "n3"]) await awaitState(node, "healthy");
  const others = await swarm(lab, { clients: 50, rate: 50, macPrefix: "021ea573" });
  expect(others.filter(({ address }) => address === undefined || before.has(address))).toEqual([]);
  const leases = await lab.leasehold<{ address: string; mac: string }[]>(["leases"], "n2");
  for (const { address, mac } of clients) {
    expect(leases.find((lease) => lease.address === address)?.mac).toBe(mac);
  }
  // From the store itself, as a node that starts anew has nothing else.
  await lab.stop("n3", "dhcpd");
  await lab.start("n3", "dhcpd");
  const known = await lab.leasehold<{ address: string; mac: string }[]>(["leases"], "n3");
  for (const { address, mac } of clients) {
    expect(known.find((lease) => lease.address === address)?.mac).toBe(mac);
  }
  expect(doubleBindings(readWire(capture))).toEqual([]);
});

test("an old backup is restored under running nodes: what was promised since is written back", async () => {
  const lab = labOf();
  const file = `${lab.state.directory}/leases.backup`;
  await asAdmin("backup", file);
  const clients = await swarm(lab, { clients: 50, rate: 50, macPrefix: "021ea574" });
  const before = lab.nodes.map(({ name }) => replacementsSeenBy(name));
  await asAdmin("delete");
  await asAdmin("restore", file);
  for (const [i, { name }] of lab.nodes.entries()) {
    await until(`${name} has noticed`, 20, async () => replacementsSeenBy(name) > before[i]!);
    await awaitState(name, "healthy");
  }
  await lab.stop("n3", "dhcpd");
  await lab.start("n3", "dhcpd");
  const known = await lab.leasehold<{ address: string; mac: string }[]>(["leases"], "n3");
  for (const { address, mac } of clients) {
    expect(known.find((lease) => lease.address === address)?.mac).toBe(mac);
  }
  const others = await swarm(lab, { clients: 50, rate: 50, macPrefix: "021ea575" });
  const taken = new Set(clients.map(({ address }) => address));
  expect(others.filter(({ address }) => address === undefined || taken.has(address))).toEqual([]);
  expect(doubleBindings(readWire(capture))).toEqual([]);
});

function replacementsSeenBy(node: string): number {
  return labOf().logs(node).dhcpd!.split("lease store was replaced").length - 1;
}

async function addressOf(mac: string) {
  const { body } = await labOf().api("n1", `/api/v1/leases?mac=${mac}`);
  return parseIpv4((body as { address: string }[])[0]!.address);
}

/** What an operator does to the lease stream, as the user admin. */
async function asAdmin(what: string, ...words: string[]): Promise<string> {
  const lab = labOf();
  const argv = [...typescript("test/e2e/lease-stream.ts"), lab.state.passwords.admin, what, ...words];
  const { code, stdout, stderr } = await lab.exec("n1", argv);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}
