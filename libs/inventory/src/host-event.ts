// What is stored under `host.<id>` of the inventory bucket: the newest thing a source said of one host. Readers ignore
// keys that they do not know, so that an older node can follow a newer syncer; a newer `v` it does not guess at.
import { parseIpv4, parseMac } from "@leasehold/protocol";
import * as z from "zod";

const KEY_PREFIX = "host.";

/** Legal as a NATS subject token list, in a URL path, and in a DHCP hostname's neighbourhood: xnames, UUIDs, names. */
export function isHostId(text: string): boolean {
  return text.length <= 128 && /^[\w=-]+(\.[\w=-]+)*$/.test(text);
}

/** The bucket key of a host. */
export function hostKey(id: string): string {
  return KEY_PREFIX + id;
}

/** The host id in a bucket key; undefined for a key of another kind. */
export function hostIdOf(key: string): string | undefined {
  return key.startsWith(KEY_PREFIX) ? key.slice(KEY_PREFIX.length) : undefined;
}

const instant = z.string().refine((value) => !Number.isNaN(Date.parse(value)), { error: "an ISO 8601 time" });

const hostAddress = z.object({
  address: z.string().refine((value) => parseIpv4(value) !== undefined, { error: "an IPv4 address" }),
  /** The source's name for the network; free text. */
  network: z.string().optional(),
  /** Since when this interface claims the address: the earliest claim wins. */
  since: instant,
});

const hostInterface = z.object({
  mac: z.string().refine((value) => parseMac(value) !== undefined, { error: "a hardware address" }),
  /** Option 61 of this client in hex, where the source knows it. */
  clientId: z
    .string()
    .regex(/^([0-9a-f]{2})+$/, { error: "octets in lower-case hex" })
    .optional(),
  /** Since when the host claims the hardware address; without it, since its earliest address. */
  since: instant.optional(),
  addresses: z.array(hostAddress),
});

const hostRecord = z.object({
  hostname: z.string().optional(),
  type: z.string().optional(),
  role: z.string().optional(),
  subRole: z.string().optional(),
  nid: z.number().optional(),
  arch: z.string().optional(),
  groups: z.array(z.string()).optional(),
  /** What the source says of the host under names of its own. */
  labels: z.record(z.string(), z.string()).optional(),
  uuid: z.string().optional(),
  interfaces: z.array(hostInterface),
});

const hostProblem = z.object({ path: z.string(), found: z.string(), expected: z.string() });

const common = {
  v: z.literal(1),
  id: z.string().refine(isHostId, { error: "a host id of letters, digits, - _ = and single dots" }),
  source: z.string(),
  /** What the source itself calls this state, where it has a name for it. */
  sourceRevision: z.string().optional(),
  /** When the source was seen to say it, ISO 8601. */
  observedAt: instant,
};

/** `HostSet`: serve it so. `HostQuarantined`: the source says something that cannot be served; `host` is what is
 * served in spite of that, if anything. `HostRemoved`: the source no longer has it. */
export const hostEvent = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("HostSet"),
    ...common,
    host: hostRecord,
    problems: z.array(hostProblem).optional(),
  }),
  z.object({
    type: z.literal("HostQuarantined"),
    ...common,
    host: hostRecord.optional(),
    problems: z.array(hostProblem),
  }),
  z.object({ type: z.literal("HostRemoved"), ...common }),
]);

export type HostEvent = z.infer<typeof hostEvent>;
export type HostRecord = z.infer<typeof hostRecord>;
export type HostInterfaceRecord = z.infer<typeof hostInterface>;
export type HostProblem = z.infer<typeof hostProblem>;

/** The event in a bucket value, or a sentence about why it is none. */
export function readHostEvent(id: string, value: unknown): HostEvent | { readonly unreadable: string } {
  const parsed = hostEvent.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const path = issue.path.map(String).join(".");
    return {
      unreadable: `The stored record is not a host event${path && ` (at ${path})`}: ${issue.message}.`,
    };
  }
  if (parsed.data.id !== id)
    return { unreadable: `The record under ${hostKey(id)} is of host ${parsed.data.id}.` };
  return parsed.data;
}
