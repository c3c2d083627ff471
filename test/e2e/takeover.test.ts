// A node that is killed, stops or drains, judged by clients that ask once and never again: who was to be answered by it is
// answered by another one, after how long each time.
import {
  decode,
  formatIpv4,
  type Ipv4,
  type Mac,
  MessageType,
  type Packet,
  parseIpv4,
} from "@leasehold/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { renew, type Sender, select } from "../lab/messages.ts";
import { must, sleep, until } from "../lab/shell.ts";
import { swarm } from "../lab/swarm.ts";
import { UdpPort } from "../lab/udp-port.ts";
import { labForTests } from "./lab-for-tests.ts";

const NODES = ["n1", "n2", "n3"];
const labOf = labForTests("takeover", { clients: 0 });

interface Known {
  readonly mac: Mac;
  readonly address: Ipv4;
}

interface Answer {
  readonly ms: number;
  readonly packet: Packet;
}

/** Clients that are all on r1, where their addresses are, so that it hears what is sent to them. */
let clients: readonly Known[] = [];
let port: UdpPort;
let xid = 0x7a000000;

beforeAll(async () => {
  const lab = labOf();
  const leased = await swarm(lab, { clients: 30, rate: 50, macPrefix: "021ea571" });
  clients = leased.map(({ mac, address }) => ({ mac, address: parseIpv4(address!)! }));
  for (const { address } of clients) {
    await must([
      ...lab.onHost("r1").argv,
      "ip",
      "address",
      "add",
      `${formatIpv4(address)}/32`,
      "dev",
      "eth0",
    ]);
  }
  port = await UdpPort.open(lab, "r1", 68);
});
afterAll(() => port.close());

/** Each client broadcasts one message; what it was answered within the time, and when. */
async function askOnce(
  of: readonly Known[],
  message: (sender: Sender, known: Known) => Uint8Array,
  ms: number,
) {
  const answers = new Map<Known, Answer>();
  const began = performance.now();
  const asked = new Map(of.map((known) => [++xid, known]));
  port.onDatagram = ({ bytes }) => {
    const decoded = decode(bytes);
    const known = decoded.ok ? asked.get(decoded.packet.xid) : undefined;
    if (decoded.ok && known !== undefined && !answers.has(known))
      answers.set(known, { ms: performance.now() - began, packet: decoded.packet });
  };
  for (const [id, known] of asked) {
    port.send(message({ mac: known.mac, xid: id, broadcast: true }, known), "255.255.255.255", 67);
  }
  while (answers.size < of.length && performance.now() - began < ms) await sleep(20);
  return answers;
}

const renewal = (sender: Sender, { address }: Known) => renew(sender, address);

/** All were acknowledged in what they have; the slowest after how many ms. */
function slowest(of: readonly Known[], answers: ReadonlyMap<Known, Answer>): number {
  const got = of.map((known) => {
    const packet = answers.get(known)?.packet;
    return [known.mac, packet?.messageType, packet?.yiaddr];
  });
  expect(got).toEqual(of.map(({ mac, address }) => [mac, MessageType.ACK, address]));
  return Math.max(...[...answers.values()].map(({ ms }) => ms));
}

/** Those whose broadcasts the node answers while all three live. */
async function clientsOf(node: string): Promise<Known[]> {
  const firsts = await Promise.all(
    clients.map(async ({ mac }) => {
      const init = {
        method: "POST",
        body: JSON.stringify({ mac }),
        headers: { "content-type": "application/json" },
      };
      const { body } = await labOf().api("n1", "/api/v1/explain", init);
      return (body as { client: { nodes: string[] } }).client.nodes[0];
    }),
  );
  const own = clients.filter((_, i) => firsts[i] === node);
  expect(own.length).toBeGreaterThan(2);
  return own;
}

/** All live nodes see these states. */
async function allSee(states: Record<string, string>): Promise<void> {
  const asked = NODES.filter((node) => !["dead", "stopped"].includes(states[node] ?? "serving"));
  await until(`all see ${JSON.stringify(states)}`, 20, async () => {
    const views = await Promise.all(asked.map((node) => labOf().api(node, "/api/v1/cluster")));
    return views.every(({ body }) => {
      const { nodes } = body as { nodes: { name: string; state: string }[] };
      return NODES.every(
        (name) => nodes.find((one) => one.name === name)?.state === (states[name] ?? "serving"),
      );
    });
  });
}

test("killed: broadcast renewals that were its to answer are answered within 2.5 s, without being repeated", async () => {
  await allSee({});
  const own = await clientsOf("n3");
  await labOf().kill("n3", "dhcpd");
  const answers = await askOnce(own, renewal, 4000);
  const ms = slowest(own, answers);
  console.log(
    `${own.length} clients of a node that was killed: the slowest was answered after ${Math.round(ms)} ms`,
  );
  expect(ms).toBeLessThan(2500);
});

test("a node that has just started answers for one that died before: it knows its address", async () => {
  await allSee({ n3: "dead" });
  await labOf().stop("n2", "dhcpd");
  await labOf().start("n2", "dhcpd");
  await allSee({ n3: "dead" });
  const dead = parseIpv4(labOf().host("n3").address!)!;
  const offer = (yiaddr: Ipv4) => ({ yiaddr, get: () => dead }) as unknown as Packet;
  const answers = await askOnce(clients, (sender, { address }) => select(sender, offer(address)), 3000);
  slowest(clients, answers);
  const servers = [...answers.values()].map(({ packet }) =>
    formatIpv4(packet.get("serverIdentifier") as Ipv4),
  );
  expect(new Set(servers)).toEqual(new Set([labOf().host("n1").address, labOf().host("n2").address]));
});

test("stopped: its clients are answered by others at once, because it says goodbye", async () => {
  await labOf().start("n3", "dhcpd");
  await allSee({});
  const own = await clientsOf("n3");
  await labOf().stop("n3", "dhcpd");
  const answers = await askOnce(own, renewal, 4000);
  expect(slowest(own, answers)).toBeLessThan(1000);
  await allSee({ n3: "stopped" });
  await labOf().start("n3", "dhcpd");
});

test("drained: its clients are answered by others, and by it again when it is called back", async () => {
  await allSee({});
  const own = await clientsOf("n1");
  const draining = labOf().exec("n2", ["leasehold", "node", "drain", "n1"]);
  // Before, meanwhile and after.
  for (let round = 0; round < 20; round++) {
    expect(slowest(own, await askOnce(own, renewal, 4000))).toBeLessThan(1000);
    await sleep(50);
  }
  expect((await draining).code).toBe(0);
  await allSee({ n1: "draining" });
  const others = await askOnce(own, renewal, 4000);
  const address = labOf().host("n1").address;
  const serversOf = (answers: ReadonlyMap<Known, Answer>) =>
    [...answers.values()].map(({ packet }) => formatIpv4(packet.get("serverIdentifier") as Ipv4));
  expect(serversOf(others)).not.toContain(address);
  expect((await labOf().exec("n2", ["leasehold", "node", "undrain", "n1"])).code).toBe(0);
  await allSee({});
  expect(new Set(serversOf(await askOnce(own, renewal, 4000)))).toEqual(new Set([address]));
});
