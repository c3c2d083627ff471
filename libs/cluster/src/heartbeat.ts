// What a process of the cluster tells the others twice a second, and what of that is believed: only what has the form that processes
// give it. What all of them tell is here; what those of a role tell beside it is for them to say.
import * as z from "zod";

export const BEAT_EVERY_MS = 500;
/** A node that was not heard for so long is taken for dead. */
export const DEAD_AFTER_MS = 2000;

/** A heartbeat without a role is one of an earlier version: there were only nodes that answer DHCP. */
const FIRST_ROLE = "dhcp";

/** "no-link": none of its interfaces can be served. */
const NODE_STATES = ["starting", "serving", "no-link", "suspect", "fenced", "draining", "stopped"] as const;
export type NodeState = (typeof NODE_STATES)[number];

export const SENTENCE_MAX = 1000;
const ALARMS_MAX = 20;
const text = (max: number) => z.string().max(max);

/** Fields that a newer process adds are no reason to refuse it, and are left out. */
export const heartbeatFormat = z.object({
  node: z.string().regex(/^[\w-]{1,64}$/),
  version: text(100),
  /** What it does in the cluster. Only processes of one role are members of each other: they share the clients, and have names of their own. */
  role: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,31}$/)
    .optional(),
  /** Of the process; nodes of earlier versions have none. */
  bootId: text(64).optional(),
  /** Another process has its name, so that it does not serve. */
  isRefused: z.boolean().optional(),
  state: z.enum(NODE_STATES),
  /** By which clients reach it. */
  addresses: z.array(text(64)).max(256).readonly(),
  /** Where it answers people. */
  api: text(300),
  /** Why it is not ready; null when it is. Absent from a node of an earlier version. */
  notReady: text(SENTENCE_MAX).nullable().optional(),
  /** Its own alarms that others do not see by themselves; absent where there are none. */
  alarms: z.array(text(SENTENCE_MAX)).max(ALARMS_MAX).readonly().optional(),
});

export type Heartbeat = Readonly<z.infer<typeof heartbeatFormat>>;

export const roleOf = ({ role }: Pick<Heartbeat, "role">): string => role ?? FIRST_ROLE;

/** A role whose processes tell more than all do. */
export interface Role<Beat extends Heartbeat> {
  readonly name: string;
  readonly format: z.ZodType<Beat>;
}

export type ReadHeartbeat<Beat extends Heartbeat> =
  | { readonly ok: true; readonly beat: Beat | Heartbeat }
  | { readonly ok: false; readonly found: string; readonly expected: string };

/** What `node` says of itself: all of it where it is of the role, of others what every process tells. Never throws. */
export function readHeartbeat<Beat extends Heartbeat>(
  node: string,
  value: unknown,
  role: Role<Beat>,
): ReadHeartbeat<Beat> {
  const named = (value as { role?: unknown } | null | undefined)?.role;
  const isOther = typeof named === "string" && named !== role.name;
  const parsed = (isOther ? heartbeatFormat : role.format).safeParse(value);
  if (!parsed.success) return { ok: false, ...misreadOf(parsed.error.issues[0]!, value) };
  if (parsed.data.node !== node)
    return { ok: false, found: `node ${parsed.data.node}`, expected: `node ${node}, as in the subject` };
  return { ok: true, beat: parsed.data };
}

/** The first thing that is wrong, with its path. */
function misreadOf({ path, message }: z.core.$ZodIssue, value: unknown): { found: string; expected: string } {
  let found = value;
  for (const key of path) found = (found as Record<PropertyKey, unknown> | null | undefined)?.[key];
  const where = path.length === 0 ? "" : `${path.map(String).join(".")}: `;
  return { found: `${where}${shown(found)}`, expected: message };
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "a list" : "an object";
  const said = JSON.stringify(value);
  return said.length > 60 ? `${said.slice(0, 60)}…` : said;
}

export const brief = (words: string, max: number): string =>
  words.length > max ? `${words.slice(0, max - 1)}…` : words;

/** Sentences may quote much: one that is too long would have the others hear nothing of the process. No alarms are not told. */
export function withinBounds<Beat extends Heartbeat>({ alarms, ...said }: Beat): Beat {
  const beat = said as unknown as Beat;
  return {
    ...beat,
    ...(alarms &&
      alarms.length > 0 && { alarms: alarms.slice(0, ALARMS_MAX).map((one) => brief(one, SENTENCE_MAX)) }),
    ...(typeof beat.notReady === "string" && { notReady: brief(beat.notReady, SENTENCE_MAX) }),
  };
}
