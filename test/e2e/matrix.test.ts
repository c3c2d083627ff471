// Each real client through the states of RFC 2131 §4.4, figure 5. Judged on the wire: a capture on the bridge, decoded.
import { formatIpv4, type Mac, MessageType } from "@leasehold/protocol";
import { beforeAll, describe, expect, test } from "vitest";
import { type ClientProgram, RunningClient } from "../lab/clients/index.ts";
import { whyNoNetworkd } from "../lab/clients/networkd.ts";
import { clientsAnsweredBy } from "../lab/clients/whose-turn.ts";
import { until } from "../lab/shell.ts";
import { doubleBindings, readWire } from "../lab/wire.ts";
import { ClientWire, facts } from "./client-wire.ts";
import { fileHere, labForTests } from "./lab-for-tests.ts";
import { forget, type MatrixClient, matrixClients } from "./matrix-clients.ts";
import { storedRecord } from "./stored-record.ts";

const { DISCOVER, OFFER, REQUEST, ACK, NAK, RELEASE, DECLINE } = MessageType;
const LEASE_SECONDS = 20;
const VICTIM = "n2";
const SQUATTER = "c20";
const FOREIGN = "10.99.0.5";
const ALL = "255.255.255.255";
const missing = whyNoNetworkd();
const clients = matrixClients.filter(({ name }) => name !== "systemd-networkd" || missing === undefined);
const labOf = labForTests("matrix", { clients: 20, network: fileHere("networks/short-leases.yaml") });

class Subject {
  readonly about: MatrixClient;
  readonly host: string;
  readonly wire: ClientWire;
  /** What it was given first. */
  address = "";

  constructor(about: MatrixClient, host: string, capture: string) {
    this.about = about;
    this.host = host;
    this.wire = new ClientWire(capture, labOf().host(host).mac as Mac);
  }

  running(program: ClientProgram = this.about.program): RunningClient {
    return new RunningClient(labOf(), this.host, program);
  }
}

const subjects = new Map<string, Subject>();
const subject = (name: string) => subjects.get(name)!;
const nodeAddress = (name: string) => labOf().host(name).address!;
let capture: string;

beforeAll(async () => {
  const lab = labOf();
  capture = await lab.startCapture();
  const hosts = clientsAnsweredBy(lab, VICTIM).filter(({ name }) => name !== SQUATTER);
  clients.forEach((about, i) => {
    subjects.set(about.name, new Subject(about, hosts[i]!.name, capture));
  });
});

async function firstLease({ wire, ...of }: Subject, running: RunningClient): Promise<string> {
  await forget(running);
  wire.clear();
  const { address } = await running.lease();
  const messages = wire.messages();
  expect(wire.kinds()).toEqual([DISCOVER, OFFER, REQUEST, ACK]);
  const request = facts(messages.find(({ type }) => type === REQUEST)!);
  expect(request, of.host).toMatchObject({
    source: "0.0.0.0",
    target: ALL,
    ciaddr: "0.0.0.0",
    requested: address,
    server: nodeAddress(VICTIM),
  });
  expect(facts(messages.at(-1)!)).toMatchObject({
    type: ACK,
    source: nodeAddress(VICTIM),
    yiaddr: address,
    server: nodeAddress(VICTIM),
  });
  expect(messages.at(-1)!.packet.get("ipAddressLeaseTime")).toBe(LEASE_SECONDS);
  return address;
}

const eachClient = test.concurrent.each(clients);

if (missing !== undefined) test.skip(`systemd-networkd is left out: ${missing}`, () => {});

eachClient("$name: DISCOVER, OFFER, REQUEST, ACK", async ({ name }) => {
  const client = subject(name);
  client.address = await firstLease(client, client.running());
  expect(await client.running().address()).toBe(client.address);
});

describe("at T1", () => {
  eachClient("$name renews by unicast with the node that gave it the lease", async ({ name }) => {
    const { wire, address } = subject(name);
    wire.clear();
    const request = await wire.sees("a REQUEST", LEASE_SECONDS, ({ type }) => type === REQUEST);
    expect(facts(request)).toEqual({
      type: REQUEST,
      source: address,
      target: nodeAddress(VICTIM),
      ciaddr: address,
      yiaddr: "0.0.0.0",
      requested: undefined,
      server: undefined,
    });
    const ack = await wire.sees("an ACK", 5, ({ type }) => type === ACK);
    expect(facts(ack)).toMatchObject({ source: nodeAddress(VICTIM), target: address, yiaddr: address });
    expect(ack.packet.xid).toBe(request.packet.xid);
  });
});

describe("started again", () => {
  for (const { name, reboots } of clients) {
    const isAble = typeof reboots !== "string";
    const title = isAble ? "asks for the address that it had" : `starts anew: ${reboots}`;
    test.concurrent(`${name} ${title}, and has the same`, async () => {
      const { wire, address, ...client } = subject(name);
      const running = subject(name).running(isAble ? reboots : client.about.program);
      wire.clear();
      expect(await running.restart()).toMatchObject({ address });
      expect(wire.kinds()).toEqual(isAble ? [REQUEST, ACK] : [DISCOVER, OFFER, REQUEST, ACK]);
      if (isAble) {
        const asked = { target: ALL, ciaddr: "0.0.0.0", requested: address, server: undefined };
        expect(facts(wire.messages()[0]!)).toMatchObject(asked);
      }
      expect(wire.messages().at(-1)).toMatchObject({ type: ACK });
      expect(facts(wire.messages().at(-1)!)).toMatchObject({ yiaddr: address });
    });
  }
});

describe("with the address of another network", () => {
  const able = clients.filter(({ remember }) => remember !== undefined);

  test.concurrent.each(able)(
    "$name is told NAK by broadcast, and gets an address of this one",
    async ({ name }) => {
      const { wire, about, address, ...client } = subject(name);
      const running = subject(name).running(about.reboots as ClientProgram);
      await running.end();
      await forget(running);
      await about.remember!(running, FOREIGN);
      wire.clear();
      expect((await running.restart(40)).address, client.host).toBe(address);
      expect(wire.kinds()).toEqual([REQUEST, NAK, DISCOVER, OFFER, ACK]);
      const [request] = wire.messages();
      expect(facts(request!)).toMatchObject({ ciaddr: "0.0.0.0", requested: FOREIGN, server: undefined });
      for (const nak of wire.messages().filter(({ type }) => type === NAK)) {
        expect(facts(nak)).toMatchObject({ target: ALL, yiaddr: "0.0.0.0", requested: undefined });
        expect(nak.packet.has(51)).toBe(false);
      }
      await running.end();
    },
  );

  test("udhcpc, which would like it, is offered an address of this one", async () => {
    const { wire, about, address, ...client } = subject("udhcpc");
    const program = { ...about.program, argv: [...about.program.argv, "-r", FOREIGN] };
    wire.clear();
    expect((await subject("udhcpc").running(program).lease()).address, client.host).toBe(address);
    expect(facts(wire.messages()[0]!)).toMatchObject({ type: DISCOVER, requested: FOREIGN });
    expect(wire.kinds()).toEqual([DISCOVER, OFFER, REQUEST, ACK]);
  });
});

describe("told to release", () => {
  eachClient("$name gives its address back by unicast", async ({ name }) => {
    const client = subject(name);
    const { wire, address } = client;
    await firstLease(client, client.running());
    wire.clear();
    await client.running().release();
    const release = await wire.sees("a RELEASE", 10, ({ type }) => type === RELEASE);
    expect(facts(release)).toMatchObject({
      target: nodeAddress(VICTIM),
      ciaddr: address,
      requested: undefined,
    });
    // RFC 2131 table 5: option 54 MUST be there. systemd-networkd 252 leaves it out, and is understood.
    const server = name === "systemd-networkd" ? undefined : nodeAddress(VICTIM);
    expect(facts(release).server).toBe(server);
    await until("the store says released", 10, async () => {
      const { type } = await storedRecord(labOf(), address);
      return type === "LeaseReleased";
    });
    await client.running().end();
  });
});

describe("when its address is in use", () => {
  for (const { name, declines } of clients) {
    // Two of the clients do not look whether it is in use, so there is nothing to see.
    if (typeof declines === "string") continue;
    test.concurrent(`${name} declines it, and gets another`, async () => {
      const { wire, address, ...client } = subject(name);
      const lab = labOf();
      // Nobody else has it now, so that it is what the client is offered.
      await lab.exec(SQUATTER, ["ip", "address", "add", `${address}/32`, "dev", "eth0"]);
      const running = subject(name).running(declines);
      await running.end();
      await forget(running);
      wire.clear();
      void running.lease(90).catch(() => {}); // What it says of it differs; the wire does not.
      const decline = await wire.sees("a DECLINE", 60, ({ type }) => type === DECLINE);
      expect(facts(decline), client.host).toMatchObject({ requested: address, ciaddr: "0.0.0.0" });
      expect(facts(decline).server).toBe(nodeAddress(VICTIM));
      await until("the store says declined", 10, async () => {
        const { type } = await storedRecord(lab, address);
        return type === "AddressDeclined";
      });
      const another = await wire.sees("an ACK for another address", 60, ({ type, packet }) => {
        return type === ACK && formatIpv4(packet.yiaddr) !== address;
      });
      const given = formatIpv4(another.packet.yiaddr);
      await until("it uses the other address", 30, async () => (await running.address()) === given);
      expect(await storedRecord(lab, address)).toMatchObject({ type: "AddressDeclined" });
      await running.end();
    });
  }
});

describe("when the node that gave the lease is dead", () => {
  beforeAll(async () => {
    await Promise.all(
      Array.from(subjects.values(), async (client) => {
        client.address = await firstLease(client, client.running());
      }),
    );
    for (const { wire } of subjects.values()) wire.clear();
    await labOf().kill(VICTIM, "all");
  });

  eachClient("$name asks all at T2, and keeps its address through another", async ({ name }) => {
    const { wire, address, ...client } = subject(name);
    const ack = await wire.sees("an ACK", LEASE_SECONDS + 10, (message) => {
      return message.type === ACK && facts(message).source !== nodeAddress(VICTIM);
    });
    expect([nodeAddress("n1"), nodeAddress("n3")], client.host).toContain(facts(ack).source);
    expect(facts(ack)).toMatchObject({ target: address, yiaddr: address });
    const request = wire.messages().find(({ type, packet, at }) => {
      return type === REQUEST && packet.xid === ack.packet.xid && at <= ack.at && packet.ciaddr !== 0;
    });
    expect(wire.kinds()).toEqual([REQUEST, ACK]);
    const rebinding = wire.messages().filter((message) => facts(message).target === ALL);
    expect(rebinding.length).toBeGreaterThan(0);
    expect(facts(rebinding[0]!)).toMatchObject({
      type: REQUEST,
      ciaddr: address,
      requested: undefined,
      server: undefined,
    });
    expect(request).toBeDefined();
    expect(await subject(name).running().address()).toBe(address);
  });
});

test("no address was given twice", () => {
  expect(doubleBindings(readWire(capture))).toEqual([]);
});
