// Clients that are no programs: behind a relay agent that adds option 82, made by perfdhcp and by hand, and on InfiniBand.
import {
  clientIdFromBytes,
  formatIpv4,
  ipv4,
  type Mac,
  MessageType,
  type Packet,
  parseIpv4,
} from "@leasehold/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InfinibandClient } from "../lab/infiniband.ts";
import { discover, reboot, renew, select } from "../lab/messages.ts";
import { perfdhcp } from "../lab/perfdhcp.ts";
import { Relay } from "../lab/relay.ts";
import { until } from "../lab/shell.ts";
import { doubleBindings, readWire } from "../lab/wire.ts";
import { BROADCAST } from "./client-wire.ts";
import { fileHere, labForTests } from "./lab-for-tests.ts";
import { storedRecord } from "./stored-record.ts";

const { DISCOVER, OFFER, REQUEST, ACK, NAK, RELEASE } = MessageType;
const RELAY_AGENT = 82;
const labOf = labForTests("handmade", { clients: 1, network: fileHere("networks/short-leases.yaml") });
let capture: string;

beforeAll(async () => {
  capture = await labOf().startCapture();
});

const hex = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString("hex");
const addressOf = (host: string) => parseIpv4(labOf().host(host).address!)!;

/** The reply carries option 82 as it was sent, after everything else (RFC 3046 §2.2). */
function expectEchoed(packet: Packet, agent: Uint8Array): void {
  expect(hex(packet.raw(RELAY_AGENT))).toBe(hex(agent));
  expect(packet.codes().at(-1)).toBe(RELAY_AGENT);
  expect(packet.giaddr).toBe(addressOf("r1"));
}

test("perfdhcp, as a relay with option 82, gets it back in every OFFER and ACK", async () => {
  const agent = "01046574683002067261636b2d37";
  const base = "02:50:e2:f0:00:00";
  const report = await perfdhcp(labOf(), "n1", {
    rate: 20,
    clients: 20,
    seconds: 3,
    macBase: base,
    more: ["-o", `${RELAY_AGENT},${agent}`, "-W", "1000000"],
  });
  expect(report.requestAck.received).toBeGreaterThan(20);
  const ours = readWire(capture).filter(({ client }) => client.startsWith("02:50:e2:"));
  const replies = ours.filter(({ type }) => type === OFFER || type === ACK);
  expect(new Set(replies.map(({ type }) => type))).toEqual(new Set([OFFER, ACK]));
  for (const { packet, source, target } of replies) {
    expect([source, target]).toEqual([addressOf("n1"), addressOf("r1")]);
    expectEchoed(packet, Buffer.from(agent, "hex"));
  }
});

describe("behind a relay with option 82", () => {
  // Circuit, remote and subscriber id, link selection, and one that nobody has heard of: they come back as they went.
  const full = Buffer.from(
    "010465746830" + "02067261636b2d37" + "0603abcdef" + "05040a4d0000" + "fe03000102",
    "hex",
  );
  const mac = "02:1e:a5:55:82:01" as Mac;
  let relay: Relay;
  let xid = 0x82000000;
  beforeAll(async () => {
    relay = await Relay.open(labOf());
  });
  afterAll(() => relay?.close());

  const sender = () => ({
    mac,
    xid: xid++,
    giaddr: addressOf("r1"),
    relayAgent: full,
  });

  test("OFFER, ACK and NAK carry it last and unchanged", async () => {
    const first = sender();
    const offer = await until("n1 offers", 10, () => relay.ask("n1", first.xid, discover(first)));
    expect(offer.packet.messageType).toBe(OFFER);
    expectEchoed(offer.packet, full);

    const taken = await relay.ask("n1", first.xid, select(first, offer.packet), 5000);
    expect(taken?.packet.messageType).toBe(ACK);
    expectEchoed(taken!.packet, full);
    const address = taken!.packet.yiaddr;
    expect(address).toBe(offer.packet.yiaddr);
    const stored = await storedRecord(labOf(), formatIpv4(address));
    expect(stored).toMatchObject({ relay: { giaddr: "10.77.0.250", agent: hex(full) } });

    const again = sender();
    const renewed = await until("n1 renews", 10, () => relay.ask("n1", again.xid, renew(again, address)));
    expect(renewed.packet.messageType).toBe(ACK);
    expectEchoed(renewed.packet, full);

    const lost = sender();
    const refused = await until("n1 refuses", 10, () =>
      relay.ask("n1", lost.xid, reboot(lost, parseIpv4("10.99.0.5")!)),
    );
    expect(refused.packet.messageType).toBe(NAK);
    expectEchoed(refused.packet, full);
    // RFC 2131 §4.3.2: the server sets the broadcast bit, so that the relay agent sends the NAK to all.
    expect(refused.packet.broadcast).toBe(true);
    expect(refused.packet.yiaddr).toBe(0);
  });
});

describe("an IPoIB client", () => {
  const identity = Buffer.from("ff00000001000300019b2c00000002c90300a1b2c3", "hex");
  let client: InfinibandClient;
  let address = ipv4(0);
  let server = ipv4(0);
  beforeAll(async () => {
    client = await InfinibandClient.open(labOf(), "c1", identity);
  });
  afterAll(() => client?.close());

  const wire = () =>
    readWire(capture).filter(({ packet }) => hex(packet.raw(61)) === hex(identity) && packet.htype === 32);
  const last = (type: number) => wire().findLast((message) => message.type === type)!;

  test("gets a lease by broadcast, known by its option 61", async () => {
    const offer = await client.discover();
    expect(offer.messageType).toBe(OFFER);
    const ack = await client.select(offer);
    expect(ack.messageType).toBe(ACK);
    address = ack.yiaddr;
    server = ack.get("serverIdentifier")!;
    await expect.poll(() => wire().some(({ type }) => type === ACK)).toBe(true); // tcpdump writes in its own time.
    for (const type of [DISCOVER, REQUEST]) {
      expect(last(type).packet).toMatchObject({ htype: 32, hlen: 0, broadcast: true });
    }
    for (const type of [OFFER, ACK]) {
      const { packet, target, toMac } = last(type);
      expect(target).toBe(BROADCAST);
      expect(toMac).toBe("ff:ff:ff:ff:ff:ff");
      expect(packet).toMatchObject({ htype: 32, hlen: 0, yiaddr: address, broadcast: true });
      expect(packet.chaddr).toHaveLength(0);
    }
    expect(await storedRecord(labOf(), formatIpv4(address))).toMatchObject({
      type: "LeaseGranted",
      client: clientIdFromBytes(identity),
    });
  });

  test("renews by unicast", async () => {
    await client.use(address);
    const ack = await client.renew(address, server);
    expect(ack).toMatchObject({ messageType: ACK, yiaddr: address });
    await expect.poll(() => last(ACK)).toMatchObject({ source: server, target: address });
    expect(last(REQUEST)).toMatchObject({ source: address, target: server });
  });

  test("gives it back", async () => {
    client.release(address, server);
    await until("the store says released", 10, async () => {
      const { type } = await storedRecord(labOf(), formatIpv4(address));
      return type === "LeaseReleased";
    });
    await expect.poll(() => last(RELEASE)).toMatchObject({ source: address, target: server });
  });
});

test("no address was given twice", () => {
  expect(doubleBindings(readWire(capture))).toEqual([]);
});
