// A thousand DORA a second through a relay, to each of the three nodes in turn, for the same clients each time. What was
// acknowledged on the wire is what every node then says, address by address and client by client.
import { clientIdOfHardware, formatIpv4, type Mac, macBytes } from "@leasehold/protocol";
import { beforeAll, describe, expect, test } from "vitest";
import { type PerfReport, perfdhcp } from "../lab/perfdhcp.ts";
import { doubleBindings, type Grant, grantsOf, readWire } from "../lab/wire.ts";
import { labForTests } from "./lab-for-tests.ts";

const RATE = 1000;
const SECONDS = Number(process.env.LEASEHOLD_LOAD_SECONDS ?? 8);
const labOf = labForTests("load", { clients: 0 });
const nodes = ["n1", "n2", "n3"];
let capture: string;

beforeAll(async () => {
  capture = await labOf().startCapture();
});

describe("perfdhcp as a relay", () => {
  test.each(nodes)("%s serves a thousand clients a second", async (node) => {
    const report = await perfdhcp(labOf(), node, { rate: RATE, clients: 25_000, seconds: SECONDS });
    console.log(`${node}: ${inWords(report)}`);
    expect(report.repeated, report.text).toBe(0);
    expect(report.discoverOffer.sent, report.text).toBeGreaterThan(RATE * SECONDS * 0.95);
    for (const { sent, received } of [report.discoverOffer, report.requestAck]) {
      expect((sent - received) / sent, report.text).toBeLessThan(0.01);
    }
  });
});

interface LeaseRow {
  readonly address: string;
  readonly client: string;
  readonly mac: string;
  readonly state: string;
  readonly expiresAt: string;
}

describe("afterwards", () => {
  let grants: readonly Grant[];
  beforeAll(async () => {
    grants = grantsOf(readWire(await labOf().stopCapture()));
  });

  test("the wire shows no address given twice, and one address a client", () => {
    expect(grants.length).toBeGreaterThan(nodes.length * RATE * SECONDS * 0.95);
    expect(doubleBindings(readWire(capture))).toEqual([]);
    const byClient = Map.groupBy(grants, ({ client }) => client);
    const several = [...byClient.values()].filter(
      (own) => new Set(own.map(({ address }) => address)).size > 1,
    );
    expect(several).toEqual([]);
    expect(new Set(grants.map(({ address }) => address)).size).toBe(byClient.size);
  });

  test.each(nodes)("%s has every acknowledged address, with the right client", async (node) => {
    const leases = () => labOf().leasehold<LeaseRow[]>(["leases"], node);
    const wrong = async () => faults(grants, await leases()).slice(0, 10);
    await expect.poll(wrong, { timeout: 5000, interval: 500 }).toEqual([]);
  });

  test("the three nodes agree in every word, and in times to a second", async () => {
    const [one, ...others] = await Promise.all(
      nodes.map((node) => labOf().leasehold<LeaseRow[]>(["leases"], node)),
    );
    for (const other of others) {
      expect(other.map(timeless)).toEqual(one!.map(timeless));
      // What a node was told was stored has the time at which it was sent, what the feed brought that at which it was stored.
      const differences = other.map((row, i) => Math.abs(endOf(row) - endOf(one![i]!)));
      expect(Math.max(...differences)).toBeLessThanOrEqual(1000);
    }
    // And nothing is bound that the wire did not show.
    const onTheWire = new Set(grants.map(({ address }) => formatIpv4(address)));
    expect(one!.filter(({ address, state }) => state === "bound" && !onTheWire.has(address))).toEqual([]);
  });
});

const timeless = (row: LeaseRow) => ({ ...row, grantedAt: "", expiresAt: "" });
const endOf = (row: LeaseRow) => Date.parse(row.expiresAt);

/** What the wire promised and the lease list does not say. */
function faults(grants: readonly Grant[], leases: readonly LeaseRow[]): string[] {
  const byAddress = new Map(leases.map((lease) => [lease.address, lease]));
  return grants.flatMap(({ address, client }) => {
    const lease = byAddress.get(formatIpv4(address));
    const isRight = lease?.state === "bound" && lease.mac === client && lease.client === identityOf(client);
    return isRight ? [] : [`${formatIpv4(address)} for ${client}: ${JSON.stringify(lease)}`];
  });
}

const identityOf = (mac: Mac): string => clientIdOfHardware(1, macBytes(mac));

function inWords({ discoverOffer, requestAck, repeated }: PerfReport): string {
  const one = ({ sent, received, averageMillis, maximumMillis }: PerfReport["requestAck"]) =>
    `${received} of ${sent} (${averageMillis} ms on average, ${maximumMillis} ms at most)`;
  return `OFFER ${one(discoverOffer)}, ACK ${one(requestAck)}, ${repeated} addresses repeated`;
}
