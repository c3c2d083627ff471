// Real clients: each gets a lease, renews it by its own clock, keeps it when the node that gave it dies, and gives it back.
// Judged by what the client says and does, by the wire, and by the API.

import { formatIpv4, type Mac, MessageType, parseIpv4 } from "@leasehold/protocol";
import { beforeAll, describe, expect, test } from "vitest";
import { clientPrograms, RunningClient } from "../lab/clients/index.ts";
import { clientsAnsweredBy } from "../lab/clients/whose-turn.ts";
import { until } from "../lab/shell.ts";
import { doubleBindings, readWire, type WireMessage } from "../lab/wire.ts";
import { fileHere, labForTests } from "./lab-for-tests.ts";

const LEASE_SECONDS = 20;
const VICTIM = "n2";
const labOf = labForTests("clients", { clients: 16, network: fileHere("networks/short-leases.yaml") });
const names = clientPrograms.map(({ name }) => name);
let capture: string;
let clients: ReadonlyMap<string, RunningClient>;

beforeAll(async () => {
  const lab = labOf();
  capture = await lab.startCapture();
  const hosts = clientsAnsweredBy(lab, VICTIM);
  clients = new Map(
    clientPrograms.map((program, i) => [program.name, new RunningClient(lab, hosts[i]!.name, program)]),
  );
});

const macOf = (client: RunningClient) => labOf().host(client.host).mac as Mac;
const nodeAddress = (name: string) => labOf().host(name).address!;

/** What was on the wire from and for a client. */
const wireOf = (client: RunningClient): WireMessage[] =>
  readWire(capture).filter((message) => message.client === macOf(client));

async function leaseOf(client: RunningClient) {
  const leases = await labOf().leasehold<Record<string, unknown>[]>(["leases", "--mac", macOf(client)]);
  expect(leases).toHaveLength(1);
  return leases[0]!;
}

const granted = new Map<string, string>();

describe("with three nodes", () => {
  test.concurrent.each(names)("%s gets a lease", async (name) => {
    const client = clients.get(name)!;
    const lease = await client.lease();
    granted.set(name, lease.address);
    expect(lease).toMatchObject({ server: nodeAddress(VICTIM), seconds: LEASE_SECONDS });
    expect(await client.address()).toBe(lease.address);
    expect(await leaseOf(client)).toMatchObject({
      address: lease.address,
      state: "bound",
      seconds: LEASE_SECONDS,
      node: VICTIM,
      subnet: "compute",
    });
    // One DORA: nobody else answered, nothing had to be said twice.
    expect(wireOf(client).map(({ type }) => type)).toEqual([
      MessageType.DISCOVER,
      MessageType.OFFER,
      MessageType.REQUEST,
      MessageType.ACK,
    ]);
  });
});

describe("by its own clock or when told to", () => {
  test.concurrent.each(names)("%s renews it with the node that gave it", async (name) => {
    const client = clients.get(name)!;
    const before = wireOf(client).length;
    expect(await client.renew()).toMatchObject({ address: granted.get(name), seconds: LEASE_SECONDS });
    // The client may know of its ACK before the capture shows it.
    await until("the capture shows the answer", 5, async () => wireOf(client).length >= before + 2);
    // udhcpc may miss an ACK that comes within the same millisecond, and asks again by broadcast.
    const [request, ack] = wireOf(client).slice(before);
    expect(request).toMatchObject({ type: MessageType.REQUEST, target: parseIpv4(nodeAddress(VICTIM)) });
    expect(formatIpv4(request!.packet.ciaddr)).toBe(granted.get(name));
    expect(ack).toMatchObject({ type: MessageType.ACK, source: parseIpv4(nodeAddress(VICTIM)) });
  });
});

describe("with three nodes, still", () => {
  test.concurrent.each(names)("%s gives it back", async (name) => {
    const client = clients.get(name)!;
    await client.release();
    await until("the API says released", 5, async () => (await leaseOf(client)).state === "released");
    expect(await leaseOf(client)).toMatchObject({ address: granted.get(name), node: VICTIM });
    const release = wireOf(client).at(-1)!;
    expect(release.type).toBe(MessageType.RELEASE);
    expect(formatIpv4(release.packet.ciaddr)).toBe(granted.get(name));
    expect(await client.address()).toBeUndefined();
  });
});

describe("when the node that gave the leases is killed, with its NATS server", () => {
  let killedAt: number;
  beforeAll(async () => {
    await Promise.all(Array.from(clients.values(), (client) => client.lease()));
    await labOf().kill(VICTIM, "all");
    killedAt = Date.now();
  });

  test.concurrent.each(names)("%s keeps its address through another node", async (name) => {
    const client = clients.get(name)!;
    const lease = await client.nextLease(LEASE_SECONDS + 5);
    expect(lease.address).toBe(granted.get(name));
    const after = wireOf(client).filter(({ at }) => at > killedAt);
    // It asked the dead node, then all of them, and never lost its address in between (dhcpcd's clock starts when it
    // has probed the address, some seconds after the ACK).
    expect(new Set(after.map(({ type }) => type))).toEqual(new Set([MessageType.REQUEST, MessageType.ACK]));
    const requests = after.filter(({ type }) => type === MessageType.REQUEST);
    expect(new Set(requests.map(({ packet }) => formatIpv4(packet.ciaddr)))).toEqual(
      new Set([granted.get(name)]),
    );
    const [ack] = after.filter(({ type }) => type === MessageType.ACK);
    expect([nodeAddress("n1"), nodeAddress("n3")]).toContain(formatIpv4(ack!.source));
    expect(formatIpv4(ack!.packet.yiaddr)).toBe(granted.get(name));
    expect(await leaseOf(client)).toMatchObject({ address: granted.get(name), state: "bound" });
    expect(await client.address()).toBe(granted.get(name));
  });
});

test("no address was given twice", () => {
  expect(doubleBindings(readWire(capture))).toEqual([]);
});
