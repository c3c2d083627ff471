// `./run packet-cost`: what a packet costs a node, in CPU time, without sockets and without NATS: DISCOVER to OFFER, REQUEST to
// the commit, the commit's answer to ACK, and what the bucket's feed shows afterwards, of the own and of the other nodes.
import { parseArgs } from "node:util";
import { discover, renewal, request } from "./clients.ts";
import { letOthersRun } from "./cold.ts";
import { type Cost, costOf, profiled, Stages } from "./measure.ts";
import { BenchNode, SERVER } from "./node.ts";
import type { Delivered } from "./queue-store.ts";
import { foreignRecord } from "./records.ts";
import { storeCosts } from "./store-cost.ts";

const USAGE =
  "usage: ./run packet-cost [--leases N] [--clients N] [--rounds N] [--cold] [--store N] [--profile FILE.cpuprofile]";
const CHUNK = 500;
/** As many packets come in a turn of the event loop of a node under load. */
const COLD_CHUNK = 10;
const OTHERS = 2;
const options = {
  leases: { type: "string", default: "100000" },
  clients: { type: "string", default: "20000" },
  rounds: { type: "string", default: "5" },
  cold: { type: "boolean", default: false },
  store: { type: "string" },
  profile: { type: "string" },
} as const;

/** Fills the view, and says what a lease costs there. */
function load(node: BenchNode, leases: number): void {
  const before = memory();
  let cpu = 0;
  for (let done = 0; done < leases; done += CHUNK) {
    const records = Array.from({ length: Math.min(CHUNK, leases - done) }, (_, i) =>
      foreignRecord(done + i, node.store.nextRevision()),
    );
    cpu += costOf(1, () => {
      for (const record of records) node.hear(record);
    }).cpu;
  }
  const after = memory();
  const each = (bytes: number) => `${Math.round(bytes / leases)} bytes`;
  console.log(
    `${leases.toLocaleString("en")} leases: ${(cpu / leases).toFixed(2)} µs CPU each to take in (${(cpu / 1e6).toFixed(1)} s), ` +
      `${each(after.heap - before.heap)} of heap each, ${each(after.rss - before.rss)} resident; process ${Math.round(after.rss / 1e6)} MB`,
  );
}

function memory() {
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heap: heapUsed + external, rss };
}

interface Turns {
  readonly chunk: number;
  readonly isCold: boolean;
}

/** Some clients' exchanges, stage by stage. */
function exchange(
  node: BenchNode,
  stages: Stages,
  { chunk, isCold }: Turns,
  first: number,
  xid: number,
): void {
  const run = (name: string, work: () => void) => {
    if (isCold) letOthersRun();
    stages.run(name, chunk, work);
  };
  const clients = Array.from({ length: chunk }, (_, i) => first + i);
  const discovers = clients.map((client) => discover(client, xid + client));
  run("DISCOVER to OFFER", () => {
    for (const packet of discovers) node.receive(packet);
  });
  const offered = node.given.splice(0);
  if (offered.length !== chunk) throw new Error(`${offered.length} OFFERs to ${chunk} DISCOVERs`);
  const requests = clients.map((client, i) => request(client, xid + client, offered[i]!, SERVER));
  run("REQUEST to the commit", () => {
    for (const packet of requests) node.receive(packet);
  });
  let own: Delivered[] = [];
  run("stored, to ACK", () => {
    own = node.store.settle();
  });
  if (node.given.splice(0).length !== chunk) throw new Error("not every REQUEST was answered");
  run("the feed: an own lease", () => {
    for (const record of own) node.hear(record);
  });
  for (let other = 0; other < OTHERS; other++) {
    const records = clients.map((client) =>
      foreignRecord(1_000_000 + client + other * 200_000, node.store.nextRevision()),
    );
    run("the feed: another node's lease", () => {
      for (const record of records) node.hear(record);
    });
  }
  const renewals = clients.map((client, i) => renewal(client, xid + 7 + client, offered[i]!));
  run("renewal within what is held", () => {
    for (const packet of renewals) node.receive(packet);
  });
  node.given.length = 0;
}

function rounds(
  node: BenchNode,
  stages: Stages,
  { clients, count, turns }: { clients: number; count: number; turns: Turns },
): void {
  for (let round = 0; round < count; round++) {
    stages.nextRound();
    for (let first = 0; first + turns.chunk <= clients; first += turns.chunk) {
      exchange(node, stages, turns, first, round * 0x100000);
    }
    node.pass(60_000);
  }
}

async function tellStore(count: number, profile: string | undefined): Promise<void> {
  const { commit, record } = await storeCosts(count, profile);
  console.log(`  a commit, in batches             ${commit.cpu.toFixed(2).padStart(7)} µs`);
  console.log(`  a record of the feed, taken in   ${record.cpu.toFixed(2).padStart(7)} µs`);
}

function tell(stages: Stages): void {
  const shown = ([name, { cpu, bytes }]: [string, Cost]) =>
    console.log(
      `  ${name.padEnd(32)} ${cpu.toFixed(2).padStart(7)} µs ${String(Math.round(bytes)).padStart(7)} bytes`,
    );
  const costs = stages.best();
  for (const entry of costs) shown(entry);
  const of = (name: string) => costs.get(name)!;
  const parts = [
    "DISCOVER to OFFER",
    "REQUEST to the commit",
    "stored, to ACK",
    "the feed: an own lease",
  ].map(of);
  const sum = (field: keyof Cost) => parts.reduce((total, part) => total + part[field], 0);
  shown(["a DORA on the node that serves it", { cpu: sum("cpu"), bytes: sum("bytes") }]);
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options });
  if (values.store !== undefined) return tellStore(Number(values.store), values.profile);
  const node = new BenchNode();
  load(node, Number(values.leases));
  const clients = Number(values.clients);
  const warm: Turns = { chunk: CHUNK, isCold: false };
  rounds(node, new Stages(), { clients, count: 1, turns: warm });
  const turns = values.cold ? { chunk: COLD_CHUNK, isCold: true } : warm;
  const stages = new Stages();
  await profiled(values.profile, () =>
    rounds(node, stages, { clients, count: Number(values.rounds), turns }),
  );
  const where = values.cold ? `${COLD_CHUNK} in a turn, caches cold, ` : "";
  console.log(`each packet or record, ${where}the best of ${values.rounds} rounds:`);
  tell(stages);
}

try {
  await main();
} catch (thrown) {
  console.error(`packet-cost: ${thrown instanceof Error ? thrown.message : thrown}\n${USAGE}`);
  process.exitCode = 2;
}
