// Field report 17: an iPXE client, whose `secs` is 4, 8, 12 … whatever the time, is answered by one node; and when that one is gone,
// by another within the client's own schedule.
import { formatIpv4, MessageType, parseMac } from "@leasehold/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { discover } from "../lab/messages.ts";
import { sleep, until } from "../lab/shell.ts";
import { UdpPort } from "../lab/udp-port.ts";
import { readWire, type WireMessage } from "../lab/wire.ts";
import { labForTests } from "./lab-for-tests.ts";

const NODES = ["n1", "n2", "n3"];
/** When iPXE asks, in ms: twice although it was answered, and a third time when it was not. */
const IPXE_TWICE = [0, 1000];
const IPXE_THIRD_MS = 3100;
const EDK2_SECS = [0, 4];
const labOf = labForTests("responder", { clients: 0 });

interface Offer {
  readonly ms: number;
  readonly server: string;
  readonly address: string;
}

let port: UdpPort;
let capture: string;
let machines = 0;

beforeAll(async () => {
  capture = await labOf().startCapture();
  // Bound to its address, as it has no route to 255.255.255.255 otherwise; what is offered is seen in the capture.
  port = await UdpPort.open(labOf(), "r1", 68, labOf().host("r1").address!);
  await allServe();
});
afterAll(() => port.close());

async function allServe(): Promise<void> {
  await until("all nodes see three that serve", 30, async () => {
    const views = await Promise.all(NODES.map((node) => labOf().api(node, "/api/v1/cluster")));
    return views.every(({ body }) => {
      const { nodes } = body as { nodes: { state: string }[] };
      return nodes.filter(({ state }) => state === "serving").length === NODES.length;
    });
  });
}

/** A machine that nobody knows. */
function machine() {
  const n = (++machines).toString(16).padStart(4, "0");
  return { mac: parseMac(`02ca11ab${n}`)!, xid: 0x56dc0000 + machines };
}

/** What it is offered, after each of its DISCOVERs, which leave at these times. */
async function ask(
  of: ReturnType<typeof machine>,
  times: readonly number[],
  secsOf: (attempt: number) => number,
  waitMs = 900,
) {
  const began = performance.now();
  for (const [attempt, at] of times.entries()) {
    await sleep(Math.max(0, at - (performance.now() - began)));
    port.send(discover({ ...of, secs: secsOf(attempt), broadcast: true }), "255.255.255.255", 67);
  }
  await sleep(waitMs);
  return until("the capture has its DISCOVERs", 10, async () => {
    const wire = readWire(capture).filter(({ client, packet }) => client === of.mac && packet.xid === of.xid);
    const asked = wire.filter(({ type }) => type === MessageType.DISCOVER);
    return asked.length < times.length ? undefined : offersOf(wire, asked[0]!.at);
  });
}

function offersOf(wire: readonly WireMessage[], from: number): Offer[] {
  return wire
    .filter(({ type }) => type === MessageType.OFFER)
    .map(({ at, source, packet }) => ({
      ms: at - from,
      server: formatIpv4(source),
      address: formatIpv4(packet.yiaddr),
    }));
}

const ipxe = (attempt: number) => 4 * (attempt + 1);

test("field report 17: iPXE's DISCOVERs with secs 4, 8 get one OFFER each, of one node and one address", async () => {
  for (let n = 0; n < 4; n++) {
    const offers = await ask(machine(), IPXE_TWICE, ipxe);
    expect(offers).toHaveLength(IPXE_TWICE.length);
    expect(new Set(offers.map(({ server }) => server)).size).toBe(1);
    expect(new Set(offers.map(({ address }) => address)).size).toBe(1);
  }
});

test.each([
  ["secs 12, iPXE's third", 12],
  ["secs 256, EDK2's the wrong way round", 256],
  ["secs 1, networkd's", 1],
  ["secs 4711, an uptime", 4711],
  ["the most", 0xffff],
])("field report 17: a first DISCOVER with %s gets one OFFER", async (_, secs) => {
  expect(await ask(machine(), [0], () => secs)).toHaveLength(1);
});

test("field report 17: copies of a DISCOVER, as two relays or a switch make them, are answered by one node", async () => {
  const offers = await ask(machine(), [0, 0, 20, 120], ipxe);
  expect(new Set(offers.map(({ server }) => server)).size).toBe(1);
});

test.each([
  ["stands still", "pause"],
  ["is killed", "kill"],
] as const)(
  "field report 17: when the node %s, another one answers iPXE before it gives up",
  async (what, fault) => {
    const of = machine();
    const [{ server }] = (await ask(of, [0], ipxe)) as [Offer];
    const node = NODES.find((name) => labOf().host(name).address === server)!;
    await labOf()[fault](node, "dhcpd");
    try {
      const offers = await ask({ ...of, xid: of.xid + 0x10000 }, IPXE_TWICE, ipxe, IPXE_THIRD_MS - 1000);
      const [first] = offers;
      console.log(`the node ${what}: another one offered after ${Math.round(first?.ms ?? Number.NaN)} ms`);
      expect(first!.ms).toBeLessThan(IPXE_THIRD_MS);
      expect(offers).toHaveLength(1);
      expect(first!.server).not.toBe(server);
    } finally {
      if (fault === "pause") labOf().resume(node, "dhcpd");
      else await labOf().start(node, "dhcpd");
      await allServe();
    }
  },
);

test("field report 17: a client that goes on asking for four seconds is answered by a second node, too", async () => {
  const of = machine();
  const offers = await ask(of, [0, 4000], (attempt) => EDK2_SECS[attempt]!);
  expect(offers.filter(({ ms }) => ms < 2000)).toHaveLength(1);
  expect(offers.filter(({ ms }) => ms >= 2000)).toHaveLength(2);
});
