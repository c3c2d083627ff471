// While the stream of the leases has no leader its feed stands still, also for a node that was cut off and is back: it would not
// know what the others did until the election is over, 4 to 9 s later. So it asks one of them (docs/adr/0016).
import { after, type Instant, type Lease, type Revision } from "@leasehold/leases";
import type { Membership } from "./membership.ts";
import type { NodeWorld } from "./node-world.ts";

/** An answer is below NATS's 1 MB by far. */
const RECORDS_MAX = 1000;
const ASK_EVERY_MS = 250;

/** The leases of a stream that are newer than a revision. */
export interface Question {
  readonly stream: string;
  readonly after: number;
}

/** In the order of their revisions, from the oldest on. */
export interface Answer {
  readonly leases: readonly Lease[];
}

export interface CatchUpParts {
  readonly world: NodeWorld;
  readonly membership: Membership;
  /** Of the feed: which stream it follows, and how far it has come. */
  readonly feed: () => { readonly created: string; readonly position: number };
  /** Whether the feed cannot be relied on now. */
  readonly isInDoubt: () => boolean;
  readonly steady: () => number;
  readonly ask: (node: string, question: Question) => Promise<unknown>;
  /** Told of each lease that was news. */
  readonly onLease: (lease: Lease) => void;
}

export class CatchUp {
  private readonly parts: CatchUpParts;
  private nextAt = 0;
  private isAsking = false;
  /** As far as the others have told of the stream. */
  private told: Question = { stream: "", after: 0 };

  constructor(parts: CatchUpParts) {
    this.parts = parts;
  }

  /** How far this node knows the stream: by the feed, or by what the others told of it. */
  get position(): number {
    return this.question().after;
  }

  /** Asks the node that has seen most, when that is more than this one has. */
  tick(): void {
    const { membership, steady, isInDoubt } = this.parts;
    const now = steady();
    if (this.isAsking || now < this.nextAt || !isInDoubt()) return;
    const question = this.question();
    const ahead = membership.furthest(now);
    if (question.stream === "" || ahead === undefined || ahead.position <= question.after) return;
    this.nextAt = now + ASK_EVERY_MS;
    this.isAsking = true;
    this.parts
      .ask(ahead.node, question)
      .then((answer) => this.take(question, answer))
      // Whoever does not answer is asked again; the feed will tell it all anyway.
      .catch(() => {})
      .finally(() => {
        this.isAsking = false;
      });
  }

  /** What this node knows of a stream; undefined when it follows another one. */
  answer(question: unknown): Answer | undefined {
    const { world, feed } = this.parts;
    const { stream, after: from } = (question ?? {}) as Partial<Question>;
    if (stream !== feed().created || typeof from !== "number") return undefined;
    return { leases: world.view.newerThan(from as Revision, RECORDS_MAX) };
  }

  private question(): Question {
    const { created, position } = this.parts.feed();
    const told = this.told.stream === created ? this.told.after : 0;
    return { stream: created, after: Math.max(position, told) };
  }

  private take({ stream }: Question, answer: unknown): void {
    const { world, feed, onLease } = this.parts;
    const leases = (answer as Partial<Answer> | undefined)?.leases;
    // The stream may have been replaced while the answer was on its way.
    if (!Array.isArray(leases) || feed().created !== stream) return;
    for (const told of leases as Lease[]) {
      const lease = { ...told, heldUntil: after(told.at as Instant, told.heldSeconds) };
      this.told = { stream, after: lease.revision };
      const isNews = world.view.revisionOf(lease.address) < (lease.revision as Revision);
      if (isNews && world.view.apply(lease)) onLease(lease);
    }
  }
}
