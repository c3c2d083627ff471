// What a node that answers DHCP tells beside what every process of the cluster does. All of it is beside the rest, not under a key of
// its own: nodes of earlier versions read it there.
import { Wrong } from "@leasehold/bus";
import {
  brief,
  type Heartbeat,
  heartbeatFormat,
  readHeartbeat as read,
  SENTENCE_MAX,
  withinBounds as withinCommonBounds,
} from "@leasehold/cluster";
import { LINK_STATES } from "@leasehold/link/state";
import { parseIpv4 } from "@leasehold/protocol";
import * as z from "zod";
import { STORE_STATES, type StoreState } from "../store/store-health.ts";

export const ROLE = "dhcp";
const BOOT_ROLE = "boot";

const text = (max: number) => z.string().max(max);
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

const format = heartbeatFormat.extend({
  /** As it sees the lease store. */
  store: z.enum(STORE_STATES as readonly [StoreState, ...StoreState[]]).optional(),
  /** Whether it still writes back what a replaced store has lost. */
  isRestoring: z.boolean().optional(),
  /** Its addresses on the served links: each is a server identifier of the cluster. */
  addresses: z.array(ipv4).max(256).readonly(),
  /** Each interface that it is to serve; absent from a node of an earlier version. */
  links: z.array(linkView).max(256).readonly().optional(),
  /** On the cluster's floating address; absent when the network document has none. */
  floating: floatingWord.optional(),
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

export type DhcpHeartbeat = Readonly<z.infer<typeof format>>;

/** Sentences may name forty interfaces, or quote a document: one that is too long would have the others hear nothing of the node. */
export function withinBounds(said: DhcpHeartbeat): DhcpHeartbeat {
  const beat = withinCommonBounds(said);
  const { storeAlarms, floating, links } = beat;
  return {
    ...beat,
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
export const heartbeatOf = (said: DhcpHeartbeat): DhcpHeartbeat => withinBounds({ ...said, role: ROLE });

/** What a boot server says on the subjects of its account: it may speak as nothing else. */
export function readBootHeartbeat(node: string, value: unknown): Heartbeat | Wrong {
  const beat = readHeartbeat(node, value);
  if (beat instanceof Wrong || beat.role === BOOT_ROLE) return beat;
  return new Wrong(`role ${beat.role ?? ROLE}`, `role ${BOOT_ROLE}`);
}

/** What `node` says of itself; of one with another role, what every process tells. */
export function readHeartbeat(node: string, value: unknown): DhcpHeartbeat | Heartbeat | Wrong {
  const result = read(node, value, { name: ROLE, format });
  return result.ok ? result.beat : new Wrong(result.found, result.expected);
}
