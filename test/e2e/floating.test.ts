// The cluster's floating address in the lab: on one node, moved when that one is killed, stands still, drains or is cut off;
// told to the neighbours by ARP; and a client's unicast renewal to it is acknowledged by whoever has it.
import { formatIpv4, type Ipv4, type Mac, MessageType } from "@leasehold/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RunningClient } from "../lab/clients/client.ts";
import { dhclient } from "../lab/clients/dhclient.ts";
import { renew } from "../lab/messages.ts";
import { sleep, until } from "../lab/shell.ts";
import { UdpPort } from "../lab/udp-port.ts";
import { readWire } from "../lab/wire.ts";
import { arpClaims } from "./arp-claims.ts";
import { fileHere, labForTests } from "./lab-for-tests.ts";
import { StrayNode } from "./stray-node.ts";

const ADDRESS = "10.77.0.2";
const NODES = ["n1", "n2", "n3"];
const labOf = labForTests("floating", { clients: 1, network: fileHere("networks/floating.yaml") });
let capture: string;
let client: RunningClient;

beforeAll(async () => {
  capture = await labOf().startCapture("arp or udp port 67 or udp port 68");
  client = new RunningClient(labOf(), "c1", dhclient);
});
afterAll(() => client.end());

/** The nodes whose kernels have it. */
async function carriers(): Promise<string[]> {
  const found = await Promise.all(
    NODES.map((node) => labOf().exec(node, ["ip", "-4", "-o", "address", "show", "label", "leasehold"])),
  );
  return NODES.filter((_, i) => found[i]!.stdout.includes(`${ADDRESS}/32`));
}

/** Waits for the one node that has it, which is not the one named; it is never on two. */
async function carrierAfter(former?: string): Promise<string> {
  const began = performance.now();
  const found = await until(`${ADDRESS} is on one node, other than ${former}`, 15, async () => {
    const now = await carriers();
    expect(now.length).toBeLessThan(2);
    return now[0] !== former ? now[0] : undefined;
  });
  console.log(`${former ?? "nobody"} → ${found} after ${Math.round(performance.now() - began)} ms`);
  return found;
}

const macOf = (node: string): string => labOf().host(node).mac;

/** From inside the lab, where the nodes' addresses are. */
async function onNode(act: "drain" | "undrain", node: string): Promise<void> {
  const { code, stderr } = await labOf().exec("n1", ["leasehold", "node", act, node]);
  expect([code, stderr]).toEqual([0, ""]);
}

async function staysOn(node: string, seconds: number): Promise<void> {
  for (const end = performance.now() + seconds * 1000; performance.now() < end; ) {
    expect(await carriers()).toEqual([node]);
    await sleep(200);
  }
}

/** What the client was told after a moment, the last thing. */
function lastAck(since: number) {
  const acks = readWire(capture).filter(({ at, type }) => at >= since && type === MessageType.ACK);
  return acks.filter(({ client: mac }) => mac === labOf().host("c1").mac).at(-1);
}

/** The client renews by unicast to the address, and is answered by the node, from the address. */
async function renewsAt(node: string): Promise<void> {
  const since = Date.now();
  await until("the client's own renewal is acknowledged", 30, async () => lastAck(since) !== undefined);
  const mac = labOf().host("c1").mac;
  const asked = readWire(capture).filter(({ at, type, client: of }) => {
    return at >= since && type === MessageType.REQUEST && of === mac;
  });
  expect(new Set(asked.map(({ target }) => formatIpv4(target)))).toEqual(new Set([ADDRESS]));
  const ack = lastAck(since)!;
  expect([formatIpv4(ack.source), ack.fromMac]).toEqual([ADDRESS, macOf(node)]);
}

/** Others all see that node as the one that has it. */
async function isToldOn(node: string): Promise<void> {
  for (const asked of NODES) {
    await until(`${asked} says that ${node} has it`, 5, async () => {
      const { body } = await labOf().api(asked, "/api/v1/cluster");
      return (body as { serverIdentifier: { carriedBy: string } }).serverIdentifier.carriedBy === node;
    });
  }
}

test("one node has it, all say which, and clients are told it as the server", async () => {
  const holder = await carrierAfter();
  await isToldOn(holder);
  await client.lease();
  expect(formatIpv4(lastAck(0)!.packet.get("serverIdentifier") as Ipv4)).toBe(ADDRESS);
  expect((await labOf().api(holder, "/metrics")).body).toMatch(
    /^leasehold_floating_address_carried\{.*\} 1$/m,
  );
  await renewsAt(holder);
});

test("its node is killed: another has it in seconds, says so by ARP, and answers renewals; it stays there", async () => {
  const [holder] = await carriers();
  const killedAt = Date.now();
  await labOf().kill(holder!, "dhcpd");
  const heir = await carrierAfter(holder);
  const movedAfter = Date.now() - killedAt;
  expect(movedAfter).toBeLessThan(7000);
  const claims = await arpClaims(labOf(), capture, ADDRESS);
  const announcements = claims.filter(({ at, isAnnouncement }) => at > killedAt && isAnnouncement);
  expect(new Set(announcements.map(({ mac }) => mac))).toEqual(new Set([macOf(heir)]));
  await renewsAt(heir);
  await labOf().start(holder!, "dhcpd");
  await staysOn(heir, 3);
  await isToldOn(heir);
});

test("its node drains: another has it at once, and keeps it when the node is back", async () => {
  const [holder] = await carriers();
  const drained = performance.now();
  await onNode("drain", holder!);
  const heir = await carrierAfter(holder);
  expect(performance.now() - drained).toBeLessThan(3000);
  expect((await labOf().api(holder!, "/readyz")).body).toEqual({ status: "not ready", reason: "draining" });
  await onNode("undrain", holder!);
  await staysOn(heir, 2);
  expect((await labOf().api(holder!, "/readyz")).status).toBe(200);
});

test("its process stands still: its kernel lets go, and after it goes on nobody is answered by two", async () => {
  const [holder] = await carriers();
  const asking = new Asking(await UdpPort.open(labOf(), "r1", 67));
  labOf().pause(holder!, "dhcpd");
  const heir = await carrierAfter(holder);
  const movedAt = Date.now();
  await sleep(1000);
  labOf().resume(holder!, "dhcpd");
  await staysOn(heir, 4);
  await asking.stop();
  const claims = (await arpClaims(labOf(), capture, ADDRESS)).filter(({ at }) => at > movedAt);
  expect(claims.filter(({ isAnnouncement }) => !isAnnouncement).length).toBeGreaterThan(0);
  expect(new Set(claims.map(({ mac }) => mac))).toEqual(new Set([macOf(heir)]));
});

test("its node is cut off from the others: it gives it up, another has it; healed, it stays there", async () => {
  const [holder] = await carriers();
  await labOf().cut(holder!);
  const heir = await carrierAfter(holder);
  await renewsAt(heir);
  await labOf().heal(holder!);
  await staysOn(heir, 4);
});

test("all are cut off from each other: nobody has it, until they hear each other again", async () => {
  for (const node of NODES) await labOf().cut(node);
  await until("nobody has it", 10, async () => (await carriers()).length === 0);
  for (const node of NODES) await labOf().heal(node);
  await carrierAfter();
});

test("a node without CAP_NET_ADMIN says so, in its log and in `leasehold status`", async () => {
  const poor = new StrayNode(labOf(), "r1", { under: ["setpriv", "--bounding-set=-net_admin"] });
  await poor.says(/cannot take the cluster's floating address: it lacks CAP_NET_ADMIN/);
  await until("status says so", 10, async () => {
    const status = await labOf().exec("n1", ["leasehold", "status"]);
    return /n4 cannot take the floating address: it lacks CAP_NET_ADMIN/.test(status.stdout);
  });
  await poor.stop();
});

/** Somebody on the link asks by ARP for the address again and again, by sending renewals there. */
class Asking {
  private readonly port: UdpPort;
  private isOver = false;
  private readonly running: Promise<void>;

  constructor(port: UdpPort) {
    this.port = port;
    this.running = this.run();
  }

  private async run(): Promise<void> {
    const mac = "02:1e:a5:77:00:01" as Mac;
    while (!this.isOver) {
      await labOf().exec("r1", ["ip", "neighbour", "flush", "to", ADDRESS]);
      this.port.send(renew({ mac, xid: 0x77 }, 0x0a4d1234 as Ipv4), ADDRESS, 67);
      await sleep(300);
    }
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await this.running;
    await this.port.close();
  }
}
