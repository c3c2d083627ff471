// A1: the machine under a node changes. The served lan0 of a node is deleted and made again, gets another address, goes down,
// while clients come; what they are told is judged from the wire, and what the node says of itself meanwhile.
import { formatIpv4, type Ipv4, MessageType } from "@leasehold/protocol";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sleep, until } from "../lab/shell.ts";
import { type SwarmClient, swarm } from "../lab/swarm.ts";
import { doubleBindings, readWire, type WireMessage } from "../lab/wire.ts";
import { ip, plugIn, pull } from "../lab/wires.ts";
import { fileHere, labForTests } from "./lab-for-tests.ts";

const RATE = Number(process.env.LEASEHOLD_LINK_RATE ?? 100);
const SECONDS = 8;
/** 2 s are for an idle machine to show (LEASEHOLD_LINK_BOUND_MS=2000): in `./run test` another lab and its disk share this one. */
const BOUND_MS = Number(process.env.LEASEHOLD_LINK_BOUND_MS ?? 4000);
const VICTIM = "n2";
const labOf = labForTests("links", { clients: 0, network: fileHere("networks/lan.yaml"), lan: true });
let capture: string;
let pid: number;

beforeAll(async () => {
  capture = await labOf().startCapture(undefined, "br1");
  pid = await pidOf(VICTIM);
});
// No restart in any of it.
afterAll(async () => expect(await pidOf(VICTIM)).toBe(pid));

const victim = () => labOf().host(VICTIM);
const pidOf = async (node: string) => Number((await metric(node, "process_start_time_seconds")) ?? 0);

async function metric(node: string, name: string): Promise<string | undefined> {
  const { body } = await labOf().api(node, "/metrics");
  return new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, "m").exec(String(body))?.[1];
}

const linkUp = async () => {
  const { body } = await labOf().api(VICTIM, "/metrics");
  return /^leasehold_link_up\{[^}]*interface="lan0"[^}]*\} (\d)$/m.exec(String(body))?.[1];
};

const readiness = async () => JSON.stringify((await labOf().api(VICTIM, "/readyz")).body);

/** What another node is told of the link, and by whom it is told in the log. */
async function linkSeenBy(node: string) {
  const { nodes } = (await labOf().api(node, "/api/v1/cluster")).body as {
    nodes: { name: string; links: { name: string; state: string; addresses: string[] }[] }[];
  };
  return nodes.find(({ name }) => name === VICTIM)!.links.find(({ name }) => name === "lan0")!;
}

async function whileClientsCome(macPrefix: string, happens: () => Promise<void>): Promise<SwarmClient[]> {
  const load = { clients: RATE * SECONDS, rate: RATE, macPrefix, retryMs: 4000, device: "lan0" };
  const [clients] = await Promise.all([swarm(labOf(), load), sleep(1500).then(happens)]);
  return clients;
}

const acksOf = (node: string, since: number, before = Number.POSITIVE_INFINITY): WireMessage[] => {
  const own = new Set([`10.78.0.1${node.slice(1)}`, `10.78.0.9${node.slice(1)}`]);
  return readWire(capture).filter(
    ({ at, type, packet }) =>
      at >= since &&
      at < before &&
      type === MessageType.ACK &&
      own.has(formatIpv4(packet.get("serverIdentifier") as Ipv4)),
  );
};

function firstAckOf(node: string, since: number): WireMessage {
  const [first] = acksOf(node, since);
  if (first === undefined) throw new Error(`${node} acknowledged nothing while clients still came`);
  return first;
}

function expectAllServed(clients: readonly SwarmClient[]): void {
  expect(clients.filter(({ address }) => address === undefined)).toEqual([]);
  expect(new Set(clients.map(({ address }) => address)).size).toBe(clients.length);
  expect(doubleBindings(readWire(capture))).toEqual([]);
}

/** From the fault on, the longest that passed between two ACKs on the link. */
function longestSilence(from: number, to: number): number {
  const at = readWire(capture)
    .filter((message) => message.type === MessageType.ACK && message.at >= from && message.at <= to)
    .map((message) => message.at);
  return Math.max(...[from, ...at].map((start, i, all) => (all[i + 1] ?? to) - start));
}

it("A1: ip link del of a served interface: the others serve its clients, the node says so; add: it serves again within seconds", async () => {
  let [goneAt, comesAt, backAt] = [0, 0, 0];
  const clients = await whileClientsCome("0278a101", async () => {
    await pull(victim(), "lan0");
    goneAt = Date.now();
    await until("readiness says so", 5, async () => /interface lan0 does not exist/.test(await readiness()));
    expect(await linkUp()).toBe("0");
    for (const node of ["n1", "n3"])
      await until("the others know", 5, async () => (await linkSeenBy(node)).state === "missing");
    await sleep(1500);
    comesAt = Date.now();
    await plugIn(labOf().state, victim(), "lan0");
    backAt = Date.now();
    await until("it is ready again", 5, async () => /"ok"/.test(await readiness()));
  });
  expectAllServed(clients);
  const longest = longestSilence(goneAt, backAt);
  // It may serve before the last of the commands that plug it in has returned.
  const first = firstAckOf(VICTIM, comesAt);
  const slowest = Math.max(...clients.map(({ millis }) => millis));
  console.log(
    `${RATE} DORA/s: gone for ${backAt - goneAt} ms, ${Math.round(longest)} ms without an ACK at most; ${Math.round(first.at - backAt)} ms to its first ACK; slowest client ${Math.round(slowest)} ms`,
  );
  expect(longest).toBeLessThan(BOUND_MS);
  expect(acksOf(VICTIM, goneAt + 100, comesAt)).toEqual([]);
  expect(first.at - backAt).toBeLessThan(BOUND_MS);
  expect(await linkUp()).toBe("1");
  expect(labOf().logs(VICTIM).dhcpd).toMatch(/interface lan0 does not exist on this machine/);
});

it("A1: deleted and made again at once, under the same name: another index and MAC, and frames from that MAC", async () => {
  let madeAt = 0;
  const mac = "02:78:00:00:00:77";
  const clients = await whileClientsCome("0278a102", async () => {
    await pull(victim(), "lan0");
    await plugIn(labOf().state, victim(), "lan0", { mac });
    madeAt = Date.now();
  });
  expectAllServed(clients);
  const own = acksOf(VICTIM, madeAt + 200);
  expect(firstAckOf(VICTIM, madeAt + 200).at - madeAt).toBeLessThan(BOUND_MS);
  expect(new Set(own.map(({ fromMac }) => fromMac))).toEqual(new Set([mac]));
});

it("A1: made again with another MAC: who has the old one in its ARP cache, as a relay agent, is told the new one", async () => {
  const r1 = labOf().host("r1");
  const address = "10.78.0.12";
  const known = async () =>
    (await labOf().exec("r1", ["ip", "neigh", "show", address, "dev", "lan0"])).stdout;
  await ip(r1, `neigh replace ${address} lladdr 02:78:00:00:00:66 dev lan0 nud reachable`);
  expect(await known()).toContain("02:78:00:00:00:66");
  await pull(victim(), "lan0");
  await plugIn(labOf().state, victim(), "lan0", { mac: "02:78:00:00:00:78" });
  await until("it is told", BOUND_MS / 1000, async () => /02:78:00:00:00:78/.test(await known()));
});

it("A1: another address: it is the server identifier within seconds, and the old one is not told any more", async () => {
  const clients = await whileClientsCome("0278a103", async () => {
    await ip(victim(), "address del 10.78.0.12/16 dev lan0");
    await ip(victim(), "address add 10.78.0.92/16 dev lan0");
    await until("the others know", 5, async () => (await linkSeenBy("n1")).addresses[0] === "10.78.0.92");
  });
  expectAllServed(clients);
  const servers = acksOf(VICTIM, 0).map(({ packet }) => formatIpv4(packet.get("serverIdentifier") as Ipv4));
  const changedTo = servers.indexOf("10.78.0.92");
  expect(changedTo).toBeGreaterThan(-1);
  expect(servers.slice(changedTo)).not.toContain("10.78.0.12");
  expect(await readiness()).toMatch(/"ok"/);
});

it.each([
  ["set down", "link set lan0 down", "link set lan0 up", /interface lan0 is set down/],
  ["renamed", "link set lan0 down name old0", "link set old0 name lan0 up", /lan0 does not exist/],
  ["without an address", "address flush dev lan0", "address add 10.78.0.92/16 dev lan0", /has no IPv4/],
] as const)(
  "A1: the interface is %s for a while: the others serve, and it comes back",
  async (_, away, back, says) => {
    let [goneAt, backAt] = [0, 0];
    const clients = await whileClientsCome(`0278a1${away.length.toString(16).padStart(2, "0")}`, async () => {
      await ip(victim(), away);
      goneAt = Date.now();
      await until("readiness says so", 5, async () => says.test(await readiness()));
      await sleep(1000);
      await ip(victim(), back);
      backAt = Date.now();
      await until("it is ready again", 5, async () => /"ok"/.test(await readiness()));
    });
    expectAllServed(clients);
    expect(longestSilence(goneAt, backAt)).toBeLessThan(BOUND_MS);
    expect(firstAckOf(VICTIM, backAt).at - backAt).toBeLessThan(BOUND_MS);
  },
);
