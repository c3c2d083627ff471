// What a node tells the others twice a second, and what of that is believed: only what has the form that nodes give it.
import { Wrong } from "@leasehold/bus";
import { LINK_STATES } from "@leasehold/link/state";
import { parseIpv4 } from "@leasehold/protocol";
import * as z from "zod";
import { STORE_STATES, type StoreState } from "../store/store-health.ts";

/** "no-link": none of its interfaces can be served. */
export const NODE_STATES = [
  "starting",
  "serving",
  "no-link",
  "suspect",
  "fenced",
  "draining",
  "stopped",
] as const;
export type NodeState = (typeof NODE_STATES)[number];

const text = (max: number) => z.string().max(max);
const SENTENCE_MAX = 1000;
const LINK_PROBLEM_MAX = 500;
const STORE_ALARM_MAX = 2000;
const count = z.int().min(0);
const ipv4 = z.string().refine((value) => parseIpv4(value) !== undefined, { error: "an IPv4 address" });

const floatingWord = z.object({
  address: ipv4,
  /** It serves, may change its interface, and hears a majority. */
  able: z.boolean(),
  votesFor: text(64).nullable(),
  carries: z.boolean(),
  /** Why its machine cannot carry the address, in a sentence. */
  obstacle: text(SENTENCE_MAX).nullable(),
});

const linkView = z.object({
  name: text(100),
  state: z.enum(LINK_STATES),
  /** Why it is not up, in words that follow its name. */
  problem: text(LINK_PROBLEM_MAX).optional(),
  addresses: z.array(ipv4).max(256).readonly(),
  mtu: count,
});

/** Fields that a newer node adds are no reason to refuse it, and are left out. */
const heartbeat = z.object({
  node: z.string().regex(/^[\w-]{1,64}$/),
  version: text(100),
  /** Of the process; nodes of earlier versions have none. */
  bootId: text(64).optional(),
  /** Another process has its name, so that it does not serve. */
  isRefused: z.boolean().optional(),
  state: z.enum(NODE_STATES),
  /** As it sees the lease store. */
  store: z.enum(STORE_STATES as readonly [StoreState, ...StoreState[]]).optional(),
  /** Whether it still writes back what a replaced store has lost. */
  isRestoring: z.boolean().optional(),
  /** Its addresses on the served links: each is a server identifier of the cluster. */
  addresses: z.array(ipv4).max(256).readonly(),
  /** Each interface that it is to serve; absent from a node of an earlier version. */
  links: z.array(linkView).max(256).readonly().optional(),
  /** Why /readyz says no; null when it says yes. Absent from a node of an earlier version. */
  notReady: text(SENTENCE_MAX).nullable().optional(),
  /** On the cluster's floating address; absent when the network document has none. */
  floating: floatingWord.optional(),
  api: text(300),
  /** Its own alarms that others do not see by themselves; absent where there are none. */
  alarms: z.array(text(SENTENCE_MAX)).max(20).readonly().optional(),
  networkRevision: count,
  leasesPosition: count,
  inventoryRevision: count,
  hosts: count,
  leases: count,
  /** How many keys of the buckets it knows; and what is wrong with what the store holds, in words. */
  keys: z.object({ leases: count, hosts: count }).optional(),
  storeAlarms: z.array(text(STORE_ALARM_MAX)).max(20).readonly().optional(),
  counters: z.record(text(64), z.number()).readonly(),
});

export type Heartbeat = Readonly<z.infer<typeof heartbeat>>;

function alarmsOf(sentences: readonly string[]): Pick<Heartbeat, "alarms"> {
  return sentences.length === 0
    ? {}
    : { alarms: sentences.slice(0, 20).map((one) => one.slice(0, SENTENCE_MAX)) };
}

/** Sentences may name forty interfaces, or quote a document: one that is too long would have the others hear nothing of the node. */
export function withinBounds(beat: Heartbeat): Heartbeat {
  const { notReady, storeAlarms, floating, links } = beat;
  const brief = (words: string, max: number) => (words.length > max ? `${words.slice(0, max - 1)}…` : words);
  return {
    ...beat,
    ...(typeof notReady === "string" && { notReady: brief(notReady, SENTENCE_MAX) }),
    ...(storeAlarms && { storeAlarms: storeAlarms.map((words) => brief(words, STORE_ALARM_MAX)) }),
    ...(typeof floating?.obstacle === "string" && {
      floating: { ...floating, obstacle: brief(floating.obstacle, SENTENCE_MAX) },
    }),
    ...(links && {
      links: links.map(({ problem, ...link }) =>
        problem === undefined ? link : { ...link, problem: brief(problem, LINK_PROBLEM_MAX) },
      ),
    }),
  };
}

/** What this node says of itself; `alarms` are its own ones, however many. */
export function heartbeatOf(said: Heartbeat): Heartbeat {
  const { alarms = [], ...rest } = said;
  return withinBounds({ ...rest, ...alarmsOf(alarms) });
}

/** What `node` says of itself. */
export function readHeartbeat(node: string, value: unknown): Heartbeat | Wrong {
  const parsed = heartbeat.safeParse(value);
  if (!parsed.success) return wrongOf(parsed.error.issues[0]!, value);
  if (parsed.data.node !== node)
    return new Wrong(`node ${parsed.data.node}`, `node ${node}, as in the subject`);
  return parsed.data;
}

/** The first thing that is wrong, with its path. */
export function wrongOf({ path, message }: z.core.$ZodIssue, value: unknown): Wrong {
  let found = value;
  for (const key of path) found = (found as Record<PropertyKey, unknown> | null | undefined)?.[key];
  const where = path.length === 0 ? "" : `${path.map(String).join(".")}: `;
  return new Wrong(`${where}${shown(found)}`, message);
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "a list" : "an object";
  const said = JSON.stringify(value);
  return said.length > 60 ? `${said.slice(0, 60)}…` : said;
}
