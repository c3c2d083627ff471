// Where replies go (RFC 2131 §4.1; the table is in apps/dhcpd/src/reply/reply.ts), as the bridge saw them: to clients on the
// link, with the broadcast flag and without; through relay agents; to clients that have an address; NAKs; and from the
// second subnet of a shared network.
import { readFileSync } from "node:fs";
import { formatIpv4, type Ipv4, type Mac, MessageType, parseIpv4 } from "@leasehold/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { discover, inform, reboot, renew, type Sender, select } from "../lab/messages.ts";
import { must, until } from "../lab/shell.ts";
import { UdpPort } from "../lab/udp-port.ts";
import { doubleBindings, readWire, type WireMessage } from "../lab/wire.ts";
import { fileHere, labForTests } from "./lab-for-tests.ts";
import { headersOf } from "./reply-headers.ts";

const EVERYBODY = "ff:ff:ff:ff:ff:ff";
const ALL = "255.255.255.255";
const RELAY_SOURCE_PORT = Uint8Array.of(19, 0); // RFC 8357 §5.1: no octets
const OTHER_PORT = 6767;
const labOf = labForTests("routing", { clients: 1 });
let capture: string;
let client: UdpPort;
let relay: UdpPort;
let otherRelay: UdpPort;
let xid = 0x9a1d0000;

beforeAll(async () => {
  const lab = labOf();
  capture = await lab.startCapture();
  for (const host of ["c1", "r1"]) await routeToAll(host);
  client = await UdpPort.open(lab, "c1", 68);
  relay = await UdpPort.open(lab, "r1", 67);
  otherRelay = await UdpPort.open(lab, "r1", OTHER_PORT);
});
afterAll(() => Promise.all([client, relay, otherRelay].map((port) => port?.close())));

/** Without addresses and routes the kernel knows no way to 255.255.255.255. */
async function routeToAll(host: string): Promise<void> {
  await must([...labOf().onHost(host).argv, "ip", "route", "replace", `${ALL}/32`, "dev", "eth0"]);
}

const address = (text: string): Ipv4 => parseIpv4(text)!;
const giaddr = () => address(labOf().host("r1").address!);
const flags = [
  { flag: "with the broadcast flag", broadcast: true },
  { flag: "without it", broadcast: false },
];

/** A client as nobody was before: its own hardware address and transaction. */
function newSender(more: Partial<Sender> = {}): Sender {
  xid++;
  return { mac: `02:1e:a5:9a:00:${(xid & 255).toString(16).padStart(2, "0")}` as Mac, xid, ...more };
}

const next = (sender: Sender): Sender => ({ ...sender, xid: ++xid });

/** Sends, and answers with the only reply that the bridge saw. */
async function ask(port: UdpPort, sender: Sender, message: Uint8Array, to = ALL): Promise<WireMessage> {
  const replies = () =>
    readWire(capture).filter(({ packet }) => packet.op === 2 && packet.xid === sender.xid);
  const before = replies().length;
  port.send(message, to, 67);
  await until("there is a reply", 10, async () => replies().length > before, 50);
  const reply = replies().slice(before);
  expect(reply).toHaveLength(1);
  return reply[0]!;
}

/** DISCOVER to ACK: both replies. */
async function lease(sender: Sender): Promise<[offer: WireMessage, ack: WireMessage]> {
  const offer = await ask(client, sender, discover(sender));
  const ack = await ask(client, sender, select(sender, offer.packet));
  expect([offer.type, ack.type]).toEqual([MessageType.OFFER, MessageType.ACK]);
  expect(ack.packet.yiaddr).toBe(offer.packet.yiaddr);
  return [offer, ack];
}

/** By whom it was sent, by the addresses of its frame: a node, by its own hardware address and its own address. */
function expectFrom(reply: WireMessage, node = nodeOf(reply)): void {
  const { address, mac } = labOf().host(node);
  expect([reply.fromMac, formatIpv4(reply.source)]).toEqual([mac, address]);
  const identifier = reply.packet.get("serverIdentifier");
  expect(identifier && formatIpv4(identifier)).toBe(address);
}

function nodeOf({ source }: WireMessage): string {
  const node = labOf().nodes.find((host) => host.address === formatIpv4(source));
  expect(node, `${formatIpv4(source)} is a node`).toBeDefined();
  return node!.name;
}

/** The frame's target, the addresses and ports, and checksums. `isRaw`: it did not pass through the kernel's UDP. */
function expectTo(reply: WireMessage, mac: string, target: string, isRaw = false): void {
  expectFrom(reply);
  const headers = headersOf(reply.frame);
  expect({ mac: reply.toMac, ...headers }).toEqual({
    mac,
    ports: `${formatIpv4(reply.source)}:67 → ${target}`,
    hasRightIpChecksum: true,
    udpChecksum: isRaw || headers.udpChecksum === "right" ? "right" : "for the card",
    hasRightLengths: true,
  });
}

const expectBroadcast = (reply: WireMessage) => expectTo(reply, EVERYBODY, `${ALL}:68`);
const expectToHardware = (reply: WireMessage) =>
  expectTo(reply, reply.client, `${formatIpv4(reply.packet.yiaddr)}:68`, true);

const expectWhereTheFlagSays = (reply: WireMessage, broadcast: boolean) => {
  (broadcast ? expectBroadcast : expectToHardware)(reply);
  expect(reply.packet.broadcast).toBe(broadcast);
};

describe("a client on the link without an address", () => {
  test("asks from 0.0.0.0, to all", async () => {
    const sender = newSender();
    await ask(client, sender, discover(sender));
    const asked = readWire(capture).find(({ packet }) => packet.xid === sender.xid)!;
    expect([formatIpv4(asked.source), formatIpv4(asked.target)]).toEqual(["0.0.0.0", ALL]);
  });

  test.each(flags)("$flag: OFFER and ACK", async ({ broadcast }) => {
    for (const reply of await lease(newSender({ broadcast }))) {
      expectWhereTheFlagSays(reply, broadcast);
      expect(reply.packet.get("ipAddressLeaseTime")).toBe(3600);
    }
  });

  test.each(flags)("$flag: a NAK goes to all", async ({ broadcast }) => {
    const sender = newSender({ broadcast });
    const nak = await ask(client, sender, reboot(sender, address("192.0.2.1")));
    expectNak(nak);
    expectBroadcast(nak);
  });
});

function expectNak({ type, packet }: WireMessage): void {
  expect(type).toBe(MessageType.NAK);
  expect([packet.yiaddr, packet.ciaddr, packet.siaddr, packet.has(51)]).toEqual([0, 0, 0, false]);
}

describe("a client through a relay agent", () => {
  const toRelay = (reply: WireMessage, port = 67) =>
    expectTo(reply, labOf().host("r1").mac, `${labOf().host("r1").address}:${port}`);

  test.each(flags)("$flag: OFFER, ACK, and the ACK to a renewal go to the agent", async ({ broadcast }) => {
    const sender = newSender({ broadcast, giaddr: giaddr() });
    const to = labOf().host("n1").address!;
    const offer = await ask(relay, sender, discover(sender), to);
    const ack = await ask(relay, sender, select(sender, offer.packet), to);
    const again = next(sender);
    const renewed = await ask(relay, again, renew(again, ack.packet.yiaddr), to);
    for (const reply of [offer, ack, renewed]) {
      toRelay(reply);
      expect([reply.packet.giaddr, reply.packet.broadcast]).toEqual([giaddr(), broadcast]);
    }
    expect(renewed.type).toBe(MessageType.ACK);
  });

  test.each(flags)("$flag: a NAK goes to the agent, and tells it to broadcast", async ({ broadcast }) => {
    const sender = newSender({ broadcast, giaddr: giaddr() });
    const nak = await ask(relay, sender, reboot(sender, address("192.0.2.1")), labOf().host("n2").address!);
    expectNak(nak);
    toRelay(nak);
    expect([nak.packet.giaddr, nak.packet.broadcast]).toEqual([giaddr(), true]);
  });

  test("from another port goes to port 67 of the agent", async () => {
    const sender = newSender({ giaddr: giaddr() });
    toRelay(await ask(otherRelay, sender, discover(sender), labOf().host("n1").address!));
  });

  test("from another port and with relay source port goes to that port (RFC 8357)", async () => {
    const sender = newSender({ giaddr: giaddr(), relayAgent: RELAY_SOURCE_PORT });
    const to = labOf().host("n1").address!;
    const offer = await ask(otherRelay, sender, discover(sender), to);
    const ack = await ask(otherRelay, sender, select(sender, offer.packet), to);
    const again = next(sender);
    const nak = await ask(otherRelay, again, reboot(again, address("192.0.2.1")), to);
    expectNak(nak);
    for (const reply of [offer, ack, nak]) {
      toRelay(reply, OTHER_PORT);
      expect(reply.packet.get("relayAgentInformation")).toBeDefined();
      expect([...reply.packet.raw(82)!]).toEqual([...RELAY_SOURCE_PORT]);
    }
  });
});

describe("a client that has an address", () => {
  const own = (...words: string[]) => must([...labOf().onHost("c1").argv, "ip", "address", ...words]);
  const mac = () => labOf().host("c1").mac as Mac;
  let leased: string;
  let server: string;

  beforeAll(async () => {
    const [, ack] = await lease({ mac: mac(), xid: ++xid });
    leased = formatIpv4(ack.packet.yiaddr);
    server = formatIpv4(ack.source);
    await own("add", `${leased}/16`, "dev", "eth0");
  });
  afterAll(async () => {
    await own("flush", "dev", "eth0"); // With its last address an interface loses its routes.
    await routeToAll("c1");
  });

  const expectToItself = (reply: WireMessage) => expectTo(reply, mac(), `${leased}:68`);

  test.each(flags)("$flag, renewing by unicast: ACK to ciaddr", async ({ broadcast }) => {
    const sender = { mac: mac(), xid: ++xid, broadcast };
    const ack = await ask(client, sender, renew(sender, address(leased)), server);
    expect([ack.type, ack.packet.yiaddr]).toEqual([MessageType.ACK, address(leased)]);
    expectToItself(ack);
  });

  test.each(flags)("$flag, rebinding by broadcast: ACK to ciaddr", async ({ broadcast }) => {
    const sender = { mac: mac(), xid: ++xid, broadcast };
    const ack = await ask(client, sender, renew(sender, address(leased)));
    expect([ack.type, ack.packet.yiaddr]).toEqual([MessageType.ACK, address(leased)]);
    expectToItself(ack);
  });

  test.each(flags)("$flag, INFORM: ACK to ciaddr, without lease time and yiaddr", async ({ broadcast }) => {
    const sender = { mac: mac(), xid: ++xid, broadcast };
    const ack = await ask(client, sender, inform(sender, address(leased)));
    expect([ack.type, ack.packet.yiaddr]).toEqual([MessageType.ACK, 0]);
    expect([51, 58, 59].filter((code) => ack.packet.has(code))).toEqual([]);
    expect(ack.packet.get("domainName")).toBe("hpc.example");
    expectToItself(ack);
  });

  test("and renews what is not its own: the NAK goes to all", async () => {
    const sender = { mac: mac(), xid: ++xid };
    const nak = await ask(client, sender, renew(sender, address("192.0.2.1")), server);
    expectNak(nak);
    expectBroadcast(nak);
  });
});

describe("on a shared network, when the first subnet is full", () => {
  const first: string[] = [];
  beforeAll(async () => {
    await replaceNetwork("networks/two-subnets-on-a-link.yaml");
  });

  test.each([...flags, ...flags])("$flag: the first subnet serves while it can", async ({ broadcast }) => {
    const replies = await lease(newSender({ broadcast }));
    for (const reply of replies) expectWhereTheFlagSays(reply, broadcast);
    first.push(formatIpv4(replies[1].packet.yiaddr));
  });

  test("its four addresses are in use then", () => {
    expect(first.toSorted()).toEqual(["10.77.32.1", "10.77.32.2", "10.77.32.3", "10.77.32.4"]);
  });

  test.each([...flags, ...flags])(
    "$flag: the second subnet serves, as on its own link",
    async ({ broadcast }) => {
      for (const reply of await lease(newSender({ broadcast }))) {
        expectWhereTheFlagSays(reply, broadcast);
        expectOfSecond(reply);
      }
    },
  );

  test.each(flags)("$flag, through a relay agent: the second subnet serves", async ({ broadcast }) => {
    const sender = newSender({ broadcast, giaddr: giaddr() });
    const offer = await ask(relay, sender, discover(sender), labOf().host("n3").address!);
    expectTo(offer, labOf().host("r1").mac, `${labOf().host("r1").address}:67`);
    expectOfSecond(offer);
  });
});

test("each message was answered once, and no address was given twice", () => {
  const messages = readWire(capture);
  const replies = messages.filter(({ packet }) => packet.op === 2);
  const byQuestion = Map.groupBy(replies, ({ packet, type }) => `${packet.xid} ${type}`);
  expect([...byQuestion].filter(([, answers]) => answers.length > 1)).toEqual([]);
  expect(doubleBindings(messages)).toEqual([]);
});

function expectOfSecond({ packet }: WireMessage): void {
  expect(formatIpv4(packet.yiaddr)).toMatch(/^10\.78\.0\.(1[6-9]|2\d|3[01])$/);
  expect(packet.get("subnetMask")).toBe(address("255.255.255.0"));
  const routers = packet.get("routers");
  if (routers) expect(routers.map(formatIpv4)).toEqual(["10.78.0.1"]);
}

/** Stores another network document, and waits until all nodes go by it. */
async function replaceNetwork(file: string): Promise<void> {
  const lab = labOf();
  const headers = { "content-type": "application/yaml", "if-match": "*" };
  const body = readFileSync(fileHere(file), "utf8");
  const path = "/api/v1/network?accept=loss";
  const { revision } = (await lab.api("n1", path, { method: "PUT", body, headers })).body as {
    revision: number;
  };
  for (const { name } of lab.nodes) {
    await until(`${name} is on revision ${revision}`, 5, async () => {
      const now = (await lab.api(name, "/api/v1/network")).body as { revision: number };
      return now.revision === revision;
    });
  }
}
