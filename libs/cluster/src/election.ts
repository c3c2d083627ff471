// Which node has what only one may have (an address, a task): the one that a majority of the members votes for. Votes are in the
// heartbeats, not in the store, so that an election of JetStream takes nothing away. A node that hears no majority gives up what it
// has before the others may take it (docs/adr/0015).
import { BEAT_EVERY_MS } from "./heartbeat.ts";

/** What a node says of it, with each heartbeat. */
export interface Word {
  /** It serves, could have it, and hears a majority. */
  readonly able: boolean;
  readonly votesFor: string | null;
  /** It has it. */
  readonly carries: boolean;
}

/** The last word of another node. */
export interface HeardWord extends Word {
  readonly node: string;
  readonly silentMs: number;
}

export interface Circumstances {
  readonly heard: readonly HeardWord[];
  /** How many nodes the cluster has, dead ones and this one included. */
  readonly members: number;
  /** This node serves and its machine can carry it. */
  readonly canCarry: boolean;
}

/** Older votes count no more: who is cut off gives up so long after it, and who is silent for so long gets no vote. */
const VOTE_FRESH_MS = 1250;
/** So long after it was withdrawn, nobody counts a vote any more, late as its last word may have come. */
const WITHDRAWN_MS = 1750;

export interface ElectionParts {
  readonly self: string;
  /** For how long a process that stands still goes on having it, as what its machine does by itself (a kernel's address) has an end. */
  readonly lingersMs: number;
}

export class Election {
  private readonly self: string;
  /**
   * For so long a silent node may still have it: it is cut off just before its next heartbeat, counts the last votes while they are
   * fresh, and then its process stands still, so that only its machine lets go.
   */
  private readonly goneMs: number;
  private choice: string | undefined;
  private isCarrying = false;
  private isAble = false;
  /** When it may vote for another one, and when it may be able again. */
  private freeAt: number;
  private ableAt: number;

  /** A node that starts does not know what it promised before, nor who has it: it waits that long. */
  constructor({ self, lingersMs }: ElectionParts, now: number) {
    this.self = self;
    this.goneMs = BEAT_EVERY_MS + VOTE_FRESH_MS + lingersMs;
    this.freeAt = now + WITHDRAWN_MS;
    this.ableAt = now + this.goneMs;
  }

  get carries(): boolean {
    return this.isCarrying;
  }

  get word(): Word {
    return { able: this.isAble, votesFor: this.choice ?? null, carries: this.isCarrying };
  }

  /** Votes, and counts; says whether its word is another one now. `now` is any steady clock in ms. */
  decide({ heard, members, canCarry }: Circumstances, now: number): boolean {
    const before = JSON.stringify(this.word);
    const majority = Math.floor(members / 2) + 1;
    const fresh = heard.filter(({ silentMs }) => silentMs < VOTE_FRESH_MS);
    if (!canCarry || fresh.length + 1 < majority) this.giveUp(now);
    else this.isAble = now >= this.ableAt;
    this.vote(fresh, now);
    const votes = fresh.filter(({ votesFor }) => votesFor === this.self).length;
    const isElected = this.isAble && this.choice === this.self && votes + 1 >= majority;
    const mayTake = !heard.some(({ carries, silentMs }) => carries && silentMs < this.goneMs);
    this.isCarrying = isElected && (this.isCarrying || mayTake);
    return JSON.stringify(this.word) !== before;
  }

  /** Lets go at once: it drains, or stood still. The others may vote for another one from its word on, so it waits, too. */
  giveUp(now: number): void {
    if (this.isAble) this.ableAt = now + WITHDRAWN_MS;
    this.isAble = false;
    this.isCarrying = false;
  }

  /**
   * A vote is a promise: between one node and another, none is given until the old one counts no more, unless the old one
   * has said itself that it is not able.
   */
  private vote(fresh: readonly HeardWord[], now: number): void {
    const wanted = this.wanted(fresh);
    if (this.choice !== undefined && this.choice !== wanted) {
      const isReleased =
        this.choice === this.self || fresh.some(({ node, able }) => node === this.choice && !able);
      this.freeAt = isReleased ? now : now + WITHDRAWN_MS;
      this.choice = undefined;
    }
    if (now >= this.freeAt) this.choice = wanted;
  }

  /** Whoever has it keeps it; else the first by name of those that could, which all nodes agree on. */
  private wanted(fresh: readonly HeardWord[]): string | undefined {
    const own = { node: this.self, able: this.isAble, carries: this.isCarrying };
    const able = [...fresh, own].filter((one) => one.able).sort((a, b) => (a.node < b.node ? -1 : 1));
    const carriers = able.filter(({ carries }) => carries);
    const kept = carriers.find(({ node }) => node === this.choice);
    return (kept ?? carriers[0] ?? able[0])?.node;
  }
}
