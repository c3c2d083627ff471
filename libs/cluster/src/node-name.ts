// One name, one process of a role. Two nodes of one name would both answer clients, as one member in the eyes of the others, and a
// floating address could be on both. So each process has an id of its own (bootId) in its heartbeats: who hears its name from another
// one does not begin to serve; of two that began at once the younger one lets go. Also: one address, one node.
import { DEAD_AFTER_MS, type Heartbeat, roleOf } from "./heartbeat.ts";

/** How often a node that was refused its name tells the other one so. */
export const REFUSED_BEAT_MS = 5000;
/** So long a warning stands after it was heard last. */
const WARNED_FOR_MS = 3 * REFUSED_BEAT_MS;
const WARNINGS_MAX = 64;

/** Later ones are larger, as far as clocks go. `random` tells two apart that began in one ms. */
export function newBootId(now: number, random: string): string {
  return `${now.toString(36).padStart(9, "0")}-${random}`;
}

interface Warned {
  readonly sentence: string;
  at: number;
}

export type Doubled = "duplicate-node-name" | "duplicate-node-address";

export interface NodeNameParts {
  readonly self: string;
  readonly role: string;
  readonly bootId: string;
  /** Told once of each, in a sentence for people. */
  readonly onDoubled: (what: Doubled, sentence: string) => void;
  /** Of this node, by which clients reach it. */
  readonly addresses: () => readonly string[];
}

export class NodeName {
  readonly self: string;
  readonly bootId: string;
  private readonly parts: NodeNameParts;
  /** The last that was heard of another process that serves by this name. */
  private other: { readonly beat: Heartbeat; readonly at: number } | undefined;
  private isClaimed = false;
  private readonly warned = new Map<string, Warned>();

  constructor(parts: NodeNameParts) {
    this.parts = parts;
    this.self = parts.self;
    this.bootId = parts.bootId;
  }

  /** Whether a heartbeat is none of a member: of another process with this node's name, or of one that does not serve for that. */
  hear(node: string, beat: Heartbeat, now: number): boolean {
    // A machine's processes of other roles may have its name, and have its addresses.
    if (roleOf(beat) !== this.parts.role) return beat.isRefused === true;
    if (node !== this.parts.self) {
      if (beat.isRefused !== true) this.lookForOwnAddress(beat, now);
      return beat.isRefused === true;
    }
    if (beat.bootId === this.bootId) return false;
    if (beat.isRefused !== true) this.other = beat.state === "stopped" ? undefined : { beat, at: now };
    if (beat.state !== "stopped")
      this.warn({ what: "duplicate-node-name", of: `${beat.bootId}` }, this.sentenceOf(beat), now);
    return true;
  }

  /** From now on only an older process takes the name from this one. */
  claim(): void {
    this.isClaimed = true;
  }

  /** Why this node may not serve; undefined when the name is its own. */
  refusal(now: number): string | undefined {
    if (this.other === undefined || now - this.other.at >= DEAD_AFTER_MS) return undefined;
    const { beat } = this.other;
    // One of an earlier version has none, and cannot know that it is not alone.
    const isOlder = beat.bootId === undefined || beat.bootId < this.bootId;
    return !this.isClaimed || isOlder ? this.sentenceOf(beat) : undefined;
  }

  /** For people. */
  warnings(now: number): string[] {
    for (const [key, { at }] of this.warned) if (now - at > WARNED_FOR_MS) this.warned.delete(key);
    return [...this.warned.values()].map(({ sentence }) => sentence);
  }

  private sentenceOf({ addresses, api }: Heartbeat): string {
    const who = `${addresses.join(", ") || "no address"}, API ${api}`;
    return `another node is named ${this.parts.self}, too (${who}); only one of them serves: give one of them another name in its node.yaml`;
  }

  private lookForOwnAddress({ node, addresses }: Heartbeat, now: number): void {
    const own = this.parts.addresses();
    for (const address of addresses)
      if (own.includes(address))
        this.warn(
          { what: "duplicate-node-address", of: `${node} ${address}` },
          `node ${node} says that ${address} is its own, and it is this node's, too: give one of them another address`,
          now,
        );
  }

  private warn({ what, of }: { what: Doubled; of: string }, sentence: string, now: number): void {
    const key = `${what} ${of}`;
    const known = this.warned.get(key);
    if (known !== undefined && now - known.at <= WARNED_FOR_MS) {
      known.at = now;
      return;
    }
    if (this.warned.size >= WARNINGS_MAX) return;
    this.warned.set(key, { sentence, at: now });
    this.parts.onDoubled(what, sentence);
  }
}
