// Who is in the cluster, as heard in heartbeats. Members are the processes of one role; those of another one are heard and listed,
// and have no share of what members divide among them.
import { DEAD_AFTER_MS, type Heartbeat, roleOf } from "./heartbeat.ts";
import { Members } from "./members.ts";

/** So long a dead node stays in the list that people see. */
const FORGOTTEN_AFTER_MS = 24 * 3600 * 1000;
const MEMBERS_MAX = 64;

export interface Heard<Beat> {
  readonly beat: Beat;
  /** Of this node's steady clock, in ms. */
  readonly at: number;
  readonly servedAt: number | undefined;
}

/** The last word of a process, and how long ago that was. */
export interface LastWord<Beat> {
  readonly beat: Beat;
  readonly silentMs: number;
  readonly isAlive: boolean;
}

export class Membership<Beat extends Heartbeat = Heartbeat> {
  protected readonly self: string;
  private readonly role: string;
  protected readonly heard = new Map<string, Heard<Beat>>();
  /** Of other roles, by role and name: a name may be there once a role. */
  private readonly heardOthers = new Map<string, Heard<Heartbeat>>();
  /** Of the store: who is a member, heard or not; since when this node knows. */
  private readonly registered = new Map<string, number>();
  private current: Members;

  constructor(self: string, role: string) {
    this.self = self;
    this.role = role;
    this.current = new Members(self, []);
  }

  /** Those that serve now, and this node. */
  get members(): Members {
    return this.current;
  }

  /** Takes in what was heard; says whether the serving members changed. Nonsense is ignored. */
  hear(node: string, value: unknown, now: number): boolean {
    if (!isOf(node, value)) return false;
    const role = roleOf(value);
    if (role === this.role) return note(this.heard, node, value as Beat, now) && this.refresh(now);
    note(this.heardOthers, `${role} ${node}`, value, now);
    return false;
  }

  /** Lets the dead go; says whether the serving members changed. */
  refresh(now: number): boolean {
    for (const node of forgetSilent(this.heard, now)) this.gone(node);
    forgetSilent(this.heardOthers, now);
    const serving = [...this.heard.values()]
      .filter((one) => isServing(one, now))
      .map(({ beat }) => beat.node);
    const next = new Members(this.self, serving);
    if (next.names.join() === this.current.names.join()) return false;
    this.current = next;
    return true;
  }

  /** It has not been heard for a day, or is no member by the store. */
  protected gone(_node: string): void {}

  protected isKnown(node: string): boolean {
    return node === this.self || this.heard.has(node) || this.registered.has(node);
  }

  /** The store has it as a member, whether it was heard or not. */
  register(node: string, now: number): void {
    if (!this.registered.has(node)) this.registered.set(node, now);
  }

  unregister(node: string): void {
    this.registered.delete(node);
    this.gone(node);
  }

  /** Members by the store that nobody has heard of for a day: they are gone for good. */
  overdue(now: number): string[] {
    const since = (node: string, known: number) => Math.max(known, this.heard.get(node)?.at ?? known);
    return [...this.registered]
      .filter(([node, known]) => node !== this.self && now - since(node, known) > FORGOTTEN_AFTER_MS)
      .map(([node]) => node);
  }

  /** Members by the store of which this node, since it runs, has heard nothing. */
  unheard(): string[] {
    return [...this.registered.keys()].filter((node) => node !== this.self && !this.heard.has(node)).sort();
  }

  /** Whether the store has any member besides this node, or this node. */
  get isAnyRegistered(): boolean {
    return this.registered.size > 0;
  }

  /** How many nodes the cluster has: those of the store, whoever else is alive, and this one. */
  sizeAt(now: number): number {
    const alive = [...this.heard].filter(([, one]) => isAlive(one, now)).map(([node]) => node);
    return new Set([...this.registered.keys(), ...alive, this.self]).size;
  }

  /** When it was last heard to serve, by the clock of `hear`. */
  lastServed(node: string): number | undefined {
    return this.heard.get(node)?.servedAt;
  }

  /** Whether it told that it would go, and finished what it had been asked. Else it may have left something unanswered. */
  hasLeftInOrder(node: string): boolean {
    const state = this.heard.get(node)?.beat.state;
    return state === "draining" || state === "stopped";
  }

  /** Every node of this role that was heard of. */
  all(now: number): LastWord<Beat>[] {
    return lastWords(this.heard, now);
  }

  /** Every process of another role that was heard of. */
  others(now: number): LastWord<Heartbeat>[] {
    return lastWords(this.heardOthers, now);
  }

  /** The processes that serve in a role now. */
  servingAs(role: string, now: number): Heartbeat[] {
    const heard: ReadonlyMap<string, Heard<Heartbeat>> = role === this.role ? this.heard : this.heardOthers;
    return [...heard.values()]
      .filter((one) => roleOf(one.beat) === role && isServing(one, now))
      .map(({ beat }) => beat);
  }
}

function isOf(node: string, value: unknown): value is Heartbeat {
  const { node: named, role } = (value ?? {}) as Partial<Record<keyof Heartbeat, unknown>>;
  return named === node && (role === undefined || typeof role === "string");
}

/** False where there is no room for one more. */
function note<Beat extends Heartbeat>(
  heard: Map<string, Heard<Beat>>,
  key: string,
  beat: Beat,
  at: number,
): boolean {
  const before = heard.get(key);
  if (before === undefined && heard.size >= MEMBERS_MAX) return false;
  heard.set(key, { beat, at, servedAt: beat.state === "serving" ? at : before?.servedAt });
  return true;
}

function forgetSilent(heard: Map<string, Heard<Heartbeat>>, now: number): string[] {
  const silent = [...heard].filter(([, { at }]) => now - at > FORGOTTEN_AFTER_MS).map(([key]) => key);
  for (const key of silent) heard.delete(key);
  return silent;
}

const isAlive = ({ at }: Heard<Heartbeat>, now: number): boolean => now - at < DEAD_AFTER_MS;
const isServing = (one: Heard<Heartbeat>, now: number): boolean =>
  one.beat.state === "serving" && isAlive(one, now);

function lastWords<Beat extends Heartbeat>(
  heard: ReadonlyMap<string, Heard<Beat>>,
  now: number,
): LastWord<Beat>[] {
  return [...heard.values()]
    .map((one) => ({ beat: one.beat, silentMs: Math.round(now - one.at), isAlive: isAlive(one, now) }))
    .sort((a, b) => a.beat.node.localeCompare(b.beat.node));
}
