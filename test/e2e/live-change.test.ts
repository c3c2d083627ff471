// The network document changes twice a second, through one node after the other, while a thousand clients a second come: no
// more of them go without than in a run without changes, every node goes by a new revision within a second, and what clients
// are told is of one revision, never of two. Then, what becomes of leases in a pool that shrinks.
import { formatIpv4, type Ipv4, type Mac, MessageType, parseIpv4 } from "@leasehold/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type PerfReport, perfdhcp } from "../lab/perfdhcp.ts";
import { Relay } from "../lab/relay.ts";
import { sleep, until } from "../lab/shell.ts";
import { doubleBindings, readWire, type WireMessage } from "../lab/wire.ts";
import { labForTests } from "./lab-for-tests.ts";

const RATE = 1000;
const SECONDS = Number(process.env.LEASEHOLD_LOAD_SECONDS ?? 12);
const CHANGE_EVERY_MS = 500;
/** The machine is noisy: so many more may go without an answer than in the unchanged run. */
const TOLERANCE = 0.005;
/** perfdhcp waits so many µs for what it is still owed in the end. */
const LATE = ["-W", "3000000"];
const labOf = labForTests("livechange", { clients: 0 });
const nodes = ["n1", "n2", "n3"];
let capture: string;

beforeAll(async () => {
  capture = await labOf().startCapture();
});

/** The `n`th document. Clients can tell it: by domainName and domainNameServers, and by timeOffset if it has the class. */
function documentOf(n: number) {
  const hasClass = n % 4 >= 2;
  const hasSubnet = n % 3 === 1;
  const guest = { id: "guest", prefix: "10.99.0.0/16", relays: ["10.99.0.1"] };
  return {
    version: 1,
    defaults: {
      lease: { seconds: 3600 },
      options: { domainName: `revision-${n}.example`, domainNameServers: [`10.77.1.${n}`] },
    },
    classes: hasClass ? [{ id: "load", match: { macPrefix: "02:1e" }, options: { timeOffset: n } }] : [],
    subnets: [
      {
        id: "compute",
        // Wide: n1 alone serves all the clients, out of its third of the free addresses.
        prefix: "10.76.0.0/14",
        interface: "eth0",
        authoritative: true,
        options: { routers: ["10.77.0.1"] },
        pools: [
          // Grows all the time; and one whose end, that nobody uses, comes and goes.
          { range: `10.78.0.0-10.79.${180 + n}.255`, for: "unknown" },
          { range: `10.77.240.0-10.77.${n % 2 === 0 ? 244 : 242}.255`, for: "known" },
        ],
      },
      ...(hasSubnet ? [{ ...guest, pools: [{ range: "10.99.1.0-10.99.2.255" }] }] : []),
    ],
  };
}

/** Stores a document through a node; answers with the ms after which each node went by it, once it was stored. */
async function change(document: unknown, through: string): Promise<number[]> {
  const { status, body } = await labOf().api(through, "/api/v1/network?accept=loss", {
    method: "PUT",
    body: JSON.stringify(document),
    headers: { "content-type": "application/json", "if-match": "*" },
  });
  expect(status, JSON.stringify(body)).toBe(200);
  const { revision } = body as { revision: number };
  const since = performance.now();
  return Promise.all(nodes.map((node) => following(node, revision).then(() => performance.now() - since)));
}

function following(node: string, revision: number): Promise<unknown> {
  const isThere = async () =>
    ((await labOf().api(node, "/api/v1/network")).body as { revision: number }).revision >= revision;
  return until(`${node} goes by revision ${revision}`, 10, isThere, 20);
}

describe("while a thousand clients a second come", () => {
  let unchanged: PerfReport;
  let changing: PerfReport;
  let times: readonly (readonly number[])[];
  let processes: ReturnType<ReturnType<typeof labOf>["processes"]>;

  beforeAll(async () => {
    processes = labOf().processes();
    await change(documentOf(0), "n1");
    unchanged = await load("02:1e:a5:60:00:00");
    let isOver = false;
    const run = load("02:1e:a5:70:00:00").finally(() => {
      isOver = true;
    });
    [changing, times] = await Promise.all([run, changeUntil(() => isOver)]);
    console.log(`unchanged: ${inWords(unchanged)}\nchanging:  ${inWords(changing)}`);
  });

  const load = (macBase: string) =>
    perfdhcp(labOf(), "n1", { rate: RATE, clients: 20_000, seconds: SECONDS, macBase, more: LATE });

  async function changeUntil(isOver: () => boolean): Promise<number[][]> {
    const all: number[][] = [];
    for (let n = 1; ; n++) {
      const next = performance.now() + CHANGE_EVERY_MS;
      await sleep(CHANGE_EVERY_MS / 2);
      if (isOver()) return all;
      all.push(await change(documentOf(n), nodes[n % nodes.length]!));
      await sleep(Math.max(0, next - performance.now()));
    }
  }

  test("every node goes by each new revision in less than a second", () => {
    expect(times.length).toBeGreaterThanOrEqual(SECONDS);
    const all = times.flat().sort((a, b) => a - b);
    const [median, most] = [all[Math.floor(all.length / 2)]!, all.at(-1)!];
    console.log(
      `${times.length} changes; all nodes on the new revision after ${median.toFixed(0)} ms (median), ${most.toFixed(0)} ms (at most)`,
    );
    expect(most).toBeLessThan(1000);
  });

  test("no more packets are lost than without changes", () => {
    expect(changing.discoverOffer.sent, changing.text).toBeGreaterThan(RATE * SECONDS * 0.95);
    for (const exchange of ["discoverOffer", "requestAck"] as const) {
      expect(lost(changing[exchange]), changing.text).toBeLessThanOrEqual(
        lost(unchanged[exchange]) + TOLERANCE,
      );
    }
  });

  test("no address was given twice, and nobody was refused", () => {
    expect([unchanged.repeated, changing.repeated]).toEqual([0, 0]);
    const messages = readWire(capture);
    expect(doubleBindings(messages)).toEqual([]);
    expect(messages.filter(({ type }) => type === MessageType.NAK)).toEqual([]);
  });

  test("each reply is of one revision, whole, and no OFFER goes back to an older one", () => {
    const replies = readWire(capture).filter(({ packet }) => packet.op === 2);
    expect(replies.map(revisionOf).filter((n) => typeof n === "string")).toEqual([]);
    // An ACK may be of the one before: it was decided then, and waited for the store.
    const offers = replies.filter(({ type }) => type === MessageType.OFFER).map(revisionOf);
    expect(offers.findIndex((n, i) => n < (offers[i - 1] ?? 0))).toBe(-1);
    expect(new Set(offers).size).toBeGreaterThanOrEqual(SECONDS);
  });

  test("no process was restarted, and no view was read anew", () => {
    expect(labOf().processes()).toEqual(processes);
    for (const node of nodes)
      expect(labOf().logs(node).dhcpd).not.toMatch(/opened again|was at \d+ and is now/);
  });
});

/** The number of the document that a reply is of; in words when it is of two. */
function revisionOf({ packet }: WireMessage): number | string {
  const name = packet.get("domainName");
  const n = Number(/^revision-(\d+)\.example$/.exec(name ?? "")?.[1]);
  const servers = packet.get("domainNameServers")?.map(formatIpv4).join();
  const offset = packet.get("timeOffset");
  const isWhole = servers === `10.77.1.${n}` && offset === (n % 4 >= 2 ? n : undefined);
  return isWhole ? n : `${name}, ${servers}, ${offset}`;
}

const lost = ({ sent, received }: PerfReport["requestAck"]): number => (sent - received) / sent;

function inWords({ discoverOffer, requestAck }: PerfReport): string {
  const one = ({ sent, received, averageMillis, maximumMillis }: PerfReport["requestAck"]) =>
    `${received} of ${sent} (${averageMillis} ms on average, ${maximumMillis} ms at most)`;
  return `OFFER ${one(discoverOffer)}, ACK ${one(requestAck)}`;
}

describe("a pool that shrinks", () => {
  const LEASE_SECONDS = 6;
  const addresses = [1, 2, 3, 4].map((n) => parseIpv4(`10.77.250.${n}`)!);
  const macs = [1, 2, 3, 4].map((n) => `02:1e:a5:55:00:0${n}` as Mac);
  const [kept, outside] = [addresses.slice(0, 2), addresses.slice(2)];
  /** By address: when the last ACK for it was sent, ms since the epoch. */
  const promisedAt = new Map<Ipv4, number>();
  let relay: Relay;

  const poolUpTo = (last: Ipv4) => ({
    version: 1,
    subnets: [
      {
        id: "compute",
        prefix: "10.77.0.0/16",
        authoritative: true,
        lease: { seconds: LEASE_SECONDS, heldFactor: 1 },
        pools: [{ range: `10.77.250.1-${formatIpv4(last)}` }],
      },
    ],
  });

  beforeAll(async () => {
    await change(poolUpTo(addresses.at(-1)!), "n1");
    relay = await Relay.open(labOf());
    for (const [i, address] of addresses.entries()) {
      const ack = await relay.lease(nodes[i % nodes.length]!, macs[i]!, address);
      promisedAt.set(address, Date.now());
      expect(formatIpv4(ack.yiaddr)).toBe(formatIpv4(address));
    }
    await change(poolUpTo(kept.at(-1)!), "n2");
  });
  afterAll(() => relay?.close());

  const renew = async (node: string, address: Ipv4) => {
    const reply = await relay.renew(node, macs[addresses.indexOf(address)]!, address, 4000);
    if (reply?.packet.messageType === MessageType.ACK) promisedAt.set(address, reply.at);
    return reply?.packet.messageType;
  };

  test("at their next renewal clients inside go on, and clients outside are told NAK, by every node", async () => {
    for (const node of nodes) {
      for (const address of kept) expect(await renew(node, address)).toBe(MessageType.ACK);
      for (const address of outside) expect(await renew(node, address)).toBe(MessageType.NAK);
    }
  });

  test("nobody else gets the addresses before what was promised has passed, also when the pool grows again", async () => {
    await change(poolUpTo(addresses.at(-1)!), "n3");
    const late = new Map<Ipv4, number>();
    const isServed = async (node: string, mac: Mac) => {
      for (const address of kept) expect(await renew(node, address)).toBe(MessageType.ACK);
      const offer = await relay.discover(node, mac, 500);
      if (offer === undefined) return false;
      const { yiaddr } = offer.packet;
      expect(outside.map(formatIpv4)).toContain(formatIpv4(yiaddr));
      late.set(yiaddr, offer.at - promisedAt.get(yiaddr)! - LEASE_SECONDS * 1000);
      return (await relay.select(node, mac, offer.packet))?.packet.messageType === MessageType.ACK;
    };
    for (const [i, node] of ["n2", "n3"].entries()) {
      const mac = `02:1e:a5:56:00:0${i + 1}` as Mac;
      await until(`${node} serves a newcomer`, 40, () => isServed(node, mac), 500);
    }
    const after = [...late].map(([address, ms]) => `${formatIpv4(address)} ${(ms / 1000).toFixed(1)} s`);
    console.log(`offered to others after the end of what was promised: ${after.join(", ")}`);
    expect(late.size).toBe(outside.length);
    expect(Math.min(...late.values())).toBeGreaterThan(0);
  });
});
