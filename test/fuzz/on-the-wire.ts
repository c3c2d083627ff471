// Changed messages and records to a live node and syncer, through a real nats-server, as processes of their own role could send them.
// Both must keep their connections, count what is wrong, and go on answering clients, in bounded memory.
import { streamOf, subjectOf } from "@leasehold/bus";
import type { NatsConnection } from "@nats-io/transport-node";
import { Random } from "../random.ts";
import { DOCUMENT, type LiveNode, startLiveNode } from "./live-node.ts";
import { mutateText } from "./mutate-text.ts";
import { GOOD } from "./outside-corpus.ts";

export interface WireLimits {
  readonly count: number;
  readonly seed: number;
  readonly onProgress?: (look: Look, sent: number) => void;
}

/** What was found at one look. */
export interface Look {
  readonly leaseMs: number;
  readonly memory: ReturnType<LiveNode["memory"]>;
  readonly failingLists: readonly string[];
}

export interface WireReport {
  readonly sent: Readonly<Record<string, number>>;
  readonly seconds: number;
  /** What the node counted as wrong, by metric and label. */
  readonly rejected: ReadonlyMap<string, number>;
  /** Mistakes of ours that it caught. */
  readonly internalErrors: number;
  readonly looks: readonly Look[];
  /** What should not have been; empty when all went well. */
  readonly failures: readonly string[];
  readonly words: string;
}

/** Messages between two questions that the node must have answered: it reads them in order, so it has had all before. */
const CHUNK = 500;
const LOOKS = 20;
const KEYS = 256;
/** One in so many is a record, which the server writes to its disk. */
const RECORD_EVERY = 10;
/** One in so many of these is a network document; the good one follows it, so that clients can be answered. */
const DOCUMENT_EVERY = 50;
const ANSWER_MS = 10_000;
/**
 * A record of no octets ends what a nats-server sends of a bucket to another account, until the follower opens it again after seconds: in
 * a stream of a thousand records a second nearly all would be passed over.
 */
const NO_RECORD = Buffer.from(" ");
const CORPUS_STREAM = "2026-11-21T12:00:00Z";
const CORPUS_TIME = "1700000000000";
/** What the heap may grow by before the collector has caught up. */
const GROWTH_MAX_MIB = 400;

const BUS = {
  heartbeat: "dhcp.node.n2",
  "commit-notice": "dhcp.stored.n2",
  "forwarded-batch": "dhcp.commit.n1",
  question: "dhcp.ask.n1",
} as const;

interface Sending {
  readonly kind: string;
  readonly by: NatsConnection;
  readonly subject: string;
  readonly data: Uint8Array;
  readonly isRecord: boolean;
}

export async function fuzzOnTheWire({ count, seed, onProgress }: WireLimits): Promise<WireReport> {
  const node = await startLiveNode();
  const failures: string[] = [];
  const looks: Look[] = [];
  const sent: Record<string, number> = {};
  try {
    const [dhcpd, syncer] = await Promise.all([node.as("dhcpd"), node.as("syncer")]);
    const random = new Random(seed);
    const stream = await streamOfLeases(dhcpd);
    // What any node answers: it is of the stream that all follow.
    const question = JSON.stringify({ stream, after: 1e9 });
    const before = await node.connections();
    if (before.n1 === undefined || before.s1 === undefined) throw new Error("n1 and s1 have no connections");
    looks.push(await lookAt(node));
    const started = performance.now();
    const every = Math.max(CHUNK, Math.ceil(count / LOOKS));
    for (let done = 0; done < count; ) {
      const chunk = Array.from({ length: Math.min(CHUNK, count - done) }, (_, i) =>
        sendingOf(done + i, { random, dhcpd, syncer, stream }),
      );
      for (const { kind } of chunk) sent[kind] = (sent[kind] ?? 0) + 1;
      await send(chunk, dhcpd, question);
      done += chunk.length;
      if (done % every >= CHUNK && done < count) continue;
      const look = await lookAt(node);
      looks.push(look);
      onProgress?.(look, done);
    }
    const seconds = (performance.now() - started) / 1000;
    const after = await node.connections();
    if (JSON.stringify(before) !== JSON.stringify(after))
      failures.push(`connections: ${JSON.stringify(before)} before, ${JSON.stringify(after)} after`);
    const reason = await node.notReady();
    if (reason !== undefined) failures.push(`the node is not ready: ${reason}`);
    failures.push(...growths(looks), ...looks.flatMap(({ failingLists }) => failingLists));
    const metrics = await node.metrics();
    const rejected = new Map([...metrics].filter(([name, n]) => name.startsWith("leasehold_bad_") && n > 0));
    const internalErrors = metrics.get('leasehold_anomalies_total{kind="internal-error"}') ?? 0;
    if (internalErrors > 0) failures.push(`${internalErrors} internal errors`);
    await Promise.all([dhcpd.close(), syncer.close()]);
    return { sent, seconds, rejected, internalErrors, looks, failures, words: node.words() };
  } catch (cause) {
    throw new Error(`${(cause as Error).message}; the processes said:\n${node.words().slice(-5000)}`, {
      cause,
    });
  } finally {
    await node.stop();
  }
}

interface By {
  readonly random: Random;
  readonly dhcpd: NatsConnection;
  readonly syncer: NatsConnection;
  /** When the stream of the leases was made: by that nodes know it. */
  readonly stream: string;
}

function sendingOf(index: number, by: By): Sending {
  const { random, dhcpd, stream } = by;
  if (index % RECORD_EVERY === RECORD_EVERY - 1) return recordOf(index, by);
  const kinds = Object.entries(BUS);
  const [kind, subject] = kinds[index % kinds.length]!;
  return {
    kind,
    by: dhcpd,
    subject,
    data: changed(kind, random, { [CORPUS_STREAM]: stream, [CORPUS_TIME]: `${Date.now()}` }),
    isRecord: false,
  };
}

function recordOf(index: number, { random, dhcpd, syncer }: By): Sending {
  const record = Math.floor(index / RECORD_EVERY);
  const [inTurn, n] = [record % DOCUMENT_EVERY, random.below(KEYS)];
  const of = (kind: string, by: NatsConnection, subject: string, data: Uint8Array): Sending => {
    return { kind, by, subject, data: data.length === 0 ? NO_RECORD : data, isRecord: true };
  };
  const document = subjectOf("dhcp-network", "document");
  if (inTurn === DOCUMENT_EVERY - 2) return of("document", dhcpd, document, changed("document", random, {}));
  if (inTurn === DOCUMENT_EVERY - 1)
    return of("good document", dhcpd, document, Buffer.from(JSON.stringify(DOCUMENT)));
  switch (record % 3) {
    case 0:
      return of(
        "host",
        syncer,
        subjectOf("dhcp-inventory", `host.x${n}`),
        changed("host", random, { x1: `x${n}` }),
      );
    case 1:
      return of(
        "member",
        dhcpd,
        subjectOf("dhcp-network", `member.m${n % 8}`),
        changed("member", random, { n2: `m${n % 8}` }),
      );
    default:
      return of(
        "lease",
        dhcpd,
        subjectOf("dhcp-leases", `10.0.0.${n}`),
        changed("lease", random, { "10.0.0.10": `10.0.0.${n}` }),
      );
  }
}

/** `named`: what the good one is to be about, by what it is about in the corpus. */
function changed(kind: string, random: Random, named: Readonly<Record<string, string>>): Uint8Array {
  const good = GOOD[kind]!;
  let text = good[random.below(good.length)]!;
  for (const [from, to] of Object.entries(named)) text = text.replaceAll(from, to);
  return mutateText(text, random);
}

async function send(chunk: readonly Sending[], dhcpd: NatsConnection, question: string): Promise<void> {
  const stored: Promise<unknown>[] = [];
  for (const { by, subject, data, isRecord } of chunk)
    if (isRecord) stored.push(by.request(subject, data, { timeout: ANSWER_MS }));
    else by.publish(subject, data);
  await Promise.all(stored);
  await dhcpd.request(BUS.question, question, { timeout: ANSWER_MS });
}

async function streamOfLeases(dhcpd: NatsConnection): Promise<string> {
  const info = await dhcpd.request(`$JS.API.STREAM.INFO.${streamOf("dhcp-leases")}`, "", {
    timeout: ANSWER_MS,
  });
  return info.json<{ created: string }>().created;
}

async function lookAt(node: LiveNode): Promise<Look> {
  return { leaseMs: await node.lease(), failingLists: await node.failingLists(), memory: node.memory() };
}

/** Memory that goes on growing in the second half of the run. */
function growths(looks: readonly Look[]): string[] {
  const middle = looks[Math.floor(looks.length / 2)]!.memory;
  const last = looks.at(-1)!.memory;
  return (["dhcpd", "syncer"] as const).flatMap((name) =>
    last[name] === 0
      ? [`${name} has ended`]
      : last[name] - middle[name] > GROWTH_MAX_MIB
        ? [`${name} grew from ${middle[name]} to ${last[name]} MiB in the second half`]
        : [],
  );
}
