// Nodes that are not as they should be, on the wire: one that has the name of another one, on another host and while that one stands
// still, and one in which something throws while a reply is sent. The rules are tested beside the code (node-name.test.ts,
// fault-boundary.laws.test.ts).
import {
  decode,
  formatIpv4,
  type Ipv4,
  type Mac,
  MessageType,
  type Packet,
  parseIpv4,
} from "@leasehold/protocol";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { root } from "../lab/layout.ts";
import { discover, type Sender, select } from "../lab/messages.ts";
import { must, sleep, until } from "../lab/shell.ts";
import { UdpPort } from "../lab/udp-port.ts";
import { readWire } from "../lab/wire.ts";
import { fileHere, labForTests } from "./lab-for-tests.ts";
import { StrayNode, type StrayOptions } from "./stray-node.ts";

const FLOATING = "10.77.0.2";
const ALL = "255.255.255.255";
const HOSTS = ["n1", "n2", "n3", "r1"];
const labOf = labForTests("oddnodes", { clients: 2, network: fileHere("networks/floating.yaml") });
let capture: string;
let client: UdpPort;
let stray: StrayNode | undefined;
let xid = 0x0dd00000;

const on = (host: string, ...words: string[]) => must([...labOf().onHost(host).argv, ...words]);

beforeAll(async () => {
  capture = await labOf().startCapture();
  await on("c1", "ip", "route", "replace", `${ALL}/32`, "dev", "eth0");
  client = await UdpPort.open(labOf(), "c1", 68);
});
afterEach(async () => {
  await stray?.stop();
  stray = undefined;
});
afterAll(() => client?.close());

const start = (options: StrayOptions): StrayNode => {
  stray = new StrayNode(labOf(), "r1", options);
  return stray;
};
const newSender = (): Sender => {
  const [high, low] = [(++xid >> 8) & 255, xid & 255].map((n) => n.toString(16).padStart(2, "0"));
  return { mac: `02:1e:a5:0d:${high}:${low}` as Mac, xid };
};
const statusWords = async (node: string) => (await labOf().exec(node, ["leasehold", "status"])).stdout;
const metric = async (name: string) => {
  const { body } = await labOf().api("n1", "/metrics");
  return Number(new RegExp(`^${name}.* (\\d+)$`, "m").exec(body as string)?.[1] ?? 0);
};

/** Watches who has the floating address while something is done: the hosts that had it, and whether two had it at once. */
class Watch {
  private readonly seen: string[][] = [];
  private isOver = false;
  private readonly running = this.run();

  private async run(): Promise<void> {
    while (!this.isOver) {
      const found = await Promise.all(
        HOSTS.map((host) => labOf().exec(host, ["ip", "-4", "-o", "address", "show", "dev", "eth0"])),
      );
      this.seen.push(HOSTS.filter((_, i) => found[i]!.stdout.includes(`${FLOATING}/32`)));
      await sleep(100);
    }
  }

  async end(): Promise<string[][]> {
    this.isOver = true;
    await this.running;
    expect(this.seen.length).toBeGreaterThan(5);
    return this.seen;
  }
}

const carrier = () =>
  until("somebody has the floating address", 15, async () => {
    const { body } = await labOf().api("n2", "/api/v1/cluster");
    return (
      (body as { serverIdentifier: { carriedBy: string | null } }).serverIdentifier.carriedBy ?? undefined
    );
  });

/** Clients that nobody knows ask once each: who sent them an OFFER, by hardware address, one each. */
async function offersTo(count: number): Promise<Map<number, string[]>> {
  const senders = Array.from({ length: count }, newSender);
  const offers = () => {
    const of = new Map(senders.map((sender) => [sender.xid, [] as string[]]));
    for (const { packet, fromMac } of readWire(capture))
      if (packet.messageType === MessageType.OFFER) of.get(packet.xid)?.push(fromMac);
    return of;
  };
  for (const sender of senders) client.send(discover(sender), ALL, 67);
  await until("each has an OFFER", 10, async () => [...offers().values()].every(({ length }) => length > 0));
  return offers();
}

describe("A10: two nodes with one name", () => {
  const refused = /another node is named n1, too \(10\.77\.0\.11, API 0\.0\.0\.0:8067\)/;

  test("A10: one that starts on another host is refused, both say so, and it has neither clients nor the floating address", async () => {
    await carrier();
    const before = await metric('leasehold_anomalies_total\\{kind="duplicate-node-name"');
    const second = start({ name: "n1" });
    const watch = new Watch();
    await second.says(refused);
    expect(await second.get("/readyz")).toMatch(/another node is named n1.* 503$/);
    const offers = await offersTo(20);
    const nodes = labOf().nodes.map(({ mac }) => mac);
    for (const by of offers.values()) expect([by.length, nodes.includes(by[0]!)]).toEqual([1, true]);
    await until("status of the other one says so", 10, async () =>
      (await statusWords("n1")).includes("another node is named n1, too (10.77.0.250"),
    );
    expect(labOf().logs("n1").dhcpd).toContain("another node is named n1, too (10.77.0.250");
    expect(await metric('leasehold_anomalies_total\\{kind="duplicate-node-name"')).toBeGreaterThan(before);
    expect((await labOf().api("n1", "/readyz")).status).toBe(200);
    const seen = await watch.end();
    expect(seen.filter((hosts) => hosts.length > 1 || hosts.includes("r1"))).toEqual([]);
  });

  test("A10: it takes the place of one that is silent, and gives it back to the older one; the floating address is never on both", async () => {
    const second = start({ name: "n1" });
    await second.says(refused);
    const watch = new Watch();
    // n1 has the floating address, so that both may want it.
    const node = (act: string, name: string) => labOf().exec("n1", ["leasehold", "node", act, name]);
    for (const name of ["n2", "n3"]) await node("drain", name);
    await until("n1 has it", 15, async () => (await carrier()) === "n1");
    for (const name of ["n2", "n3"]) await node("undrain", name);
    labOf().pause("n1", "dhcpd");
    await until("it serves by that name", 15, async () => / 200$/.test(await second.get("/readyz")));
    labOf().resume("n1", "dhcpd");
    await until("it lets go", 15, async () => / 503$/.test(await second.get("/readyz")));
    await until("n1 is ready", 15, async () => (await labOf().api("n1", "/readyz")).status === 200);
    // The others answer its clients, too, until they have heard it again.
    await until("each client has one OFFER, and none of the other one", 20, async () => {
      const by = [...(await offersTo(20)).values()];
      expect(by.flat()).not.toContain(labOf().host("r1").mac);
      return by.every(({ length }) => length === 1);
    });
    const seen = await watch.end();
    expect(seen.filter((hosts) => hosts.length > 1)).toEqual([]);
    expect(seen.flat()).toContain("n1");
  });
});

describe("A11: something throws while one client of a batch is answered", () => {
  const RELAY = "10.77.0.99";
  const COUNT = 30;
  const giaddr = parseIpv4(RELAY)!;
  let relay: UdpPort;
  const replies = new Map<number, Packet>();

  beforeAll(async () => {
    await on("c2", "ip", "address", "add", `${RELAY}/16`, "dev", "eth0");
    relay = await UdpPort.open(labOf(), "c2", 67);
    relay.onDatagram = ({ bytes }) => {
      const decoded = decode(bytes);
      if (decoded.ok) replies.set(decoded.packet.xid, decoded.packet);
    };
  });
  afterAll(() => relay?.close());

  const to = (message: Uint8Array) => relay.send(message, labOf().host("r1").address!, 67);
  const has = (type: number, senders: readonly Sender[]) => () =>
    Promise.resolve(senders.every((sender) => replies.get(sender.xid)?.messageType === type));

  test("A11: the others have their ACKs, the process lives and says so with the packet, and the one has its ACK when it asks again", async () => {
    const senders = Array.from({ length: COUNT }, () => ({ ...newSender(), giaddr }));
    const victim = senders[COUNT / 2]!;
    const plant = `NODE_OPTIONS=--import=file://${root}test/e2e/throwing-send.ts`;
    const node = start({ under: ["env", plant, `THROWS_FOR=${victim.mac}`] });
    await until("it serves", 15, async () => / 200$/.test(await node.get("/readyz")));
    for (const sender of senders) to(discover(sender));
    await until("each has an OFFER", 10, has(MessageType.OFFER, senders));
    const requests = senders.map((sender) => select(sender, replies.get(sender.xid)!));
    for (const request of requests) to(request);
    const others = senders.filter((sender) => sender !== victim);
    await until("the others have an ACK", 10, has(MessageType.ACK, others));
    await node.says(/INTERNAL ERROR.*/);
    expect(node.words()).toMatch(new RegExp(`"packet":"0101[0-9a-f]*${victim.mac.replaceAll(":", "")}`));
    expect(replies.get(victim.xid)!.messageType).toBe(MessageType.OFFER);
    expect(node.isRunning()).toBe(true);
    to(requests[COUNT / 2]!);
    await until("it has its ACK, too", 10, has(MessageType.ACK, [victim]));
    const given = senders.map(({ xid: of }) => formatIpv4(replies.get(of)!.yiaddr as Ipv4));
    expect(new Set(given).size).toBe(COUNT);
  });
});
