// While the stream of the leases has no leader its feed stands still, also for a node that was cut off and is back: it would not
// know what the others did until the election is over, 4 to 9 s later. So it asks one of them (docs/adr/0016).
import { Wrong } from "@leasehold/bus";
import {
  after,
  faultOfFields,
  type Instant,
  isUnreadable,
  LEASE_STATES,
  type Lease,
  type LeaseView,
  type Revision,
} from "@leasehold/leases";

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
  readonly view: LeaseView;
  /** The other process that has seen most of the leases, and how far it has come; by the clock of `steady`. */
  readonly furthest: (now: number) => { readonly node: string; readonly position: number } | undefined;
  /** Of the feed: which stream it follows, and how far it has come. */
  readonly feed: () => { readonly created: string; readonly position: number };
  /** Whether the feed cannot be relied on now. */
  readonly isInDoubt: () => boolean;
  readonly steady: () => number;
  /** What another node answers; rejects where that cannot be read. */
  readonly ask: (node: string, question: Question) => Promise<Answer>;
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
    const { furthest, steady, isInDoubt } = this.parts;
    const now = steady();
    if (this.isAsking || now < this.nextAt || !isInDoubt()) return;
    const question = this.question();
    const ahead = furthest(now);
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
  answer({ stream, after: from }: Question): Answer | undefined {
    const { view, feed } = this.parts;
    if (stream !== feed().created) return undefined;
    const leases = view.newerThan(from as Revision, RECORDS_MAX);
    return { leases: leases.filter((lease) => !isUnreadable(lease)) };
  }

  private question(): Question {
    const { created, position } = this.parts.feed();
    const told = this.told.stream === created ? this.told.after : 0;
    return { stream: created, after: Math.max(position, told) };
  }

  private take({ stream }: Question, { leases }: Answer): void {
    const { view, feed, onLease } = this.parts;
    // The stream may have been replaced while the answer was on its way.
    if (feed().created !== stream) return;
    for (const told of leases) {
      const lease = { ...told, heldUntil: after(told.at as Instant, told.heldSeconds) };
      this.told = { stream, after: lease.revision };
      const isNews = view.revisionOf(lease.address) < (lease.revision as Revision);
      if (isNews && view.apply(lease)) onLease(lease);
    }
  }
}

/** What another node asks. */
export function readQuestion(value: unknown): Question | Wrong {
  const { stream, after: from } = (value ?? {}) as Partial<Question>;
  if (typeof stream !== "string" || stream.length > 100) return new Wrong(typeof stream, "which stream");
  if (!isCount(from)) return new Wrong(`after: ${typeof from}`, "a revision");
  return { stream, after: from };
}

/** What another node answers: leases as this one would have read them from the store. */
export function readAnswer(value: unknown): Answer | Wrong {
  const { leases } = (value ?? {}) as Partial<Answer>;
  if (!Array.isArray(leases) || leases.length > RECORDS_MAX)
    return new Wrong(`leases: ${typeof leases}`, `a list of at most ${RECORDS_MAX} leases`);
  for (const lease of leases) {
    const fault = faultOfLease(lease);
    if (fault !== undefined) return new Wrong(fault, "leases");
  }
  return { leases };
}

const ADDRESS_MAX = 0xffffffff;

function faultOfLease(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return `a lease that is ${JSON.stringify(value)}`;
  const { address, state, at, revision, isReserved } = value as Partial<Record<keyof Lease, unknown>>;
  if (!isCount(address) || address > ADDRESS_MAX) return "a lease without an address";
  if (!LEASE_STATES.includes(state as Lease["state"])) return "a lease in no state that there is";
  if (!isCount(at) || !isCount(revision)) return "a lease without a time, or a revision";
  if (typeof isReserved !== "boolean") return "a lease that is neither reserved nor not";
  return faultOfFields(value as Record<string, unknown>);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
