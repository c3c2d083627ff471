// JetStream as a model: one stream on three servers. Its leader checks each compare-and-swap against what is applied and what
// is on its way, and answers when a majority has it. What a leader had not committed when it went is committed by the next
// one in part: a prefix of it, and nobody is told. What of this a real cluster does is compared in
// test/contract/simulated-stream.test.ts.

import type { CasOutcome } from "@leasehold/bus";
import type { Append, Instant, Revision, StoredEvent } from "@leasehold/leases";
import type { Ipv4 } from "@leasehold/protocol";
import type { Chance } from "../chance.ts";
import type { Timeline } from "../timeline.ts";

type Answer = (outcome: CasOutcome) => void;

interface Proposal {
  readonly appends: readonly Append[];
  readonly at: Instant;
  readonly answer: Answer;
}

/** Time until the next leader, in ms: after a crash, and when leadership was handed over. */
const ELECTION_MS = [4000, 9000] as const;
const HANDOVER_MS = [100, 900] as const;
/** A leader that hears no majority stays one for so long. */
const LOST_QUORUM_MS = 10_000;

const USUAL_COMMIT_MS = [0.5, 3] as const;

export class SimulatedStream {
  /** What is committed, in order. */
  readonly log: StoredEvent[] = [];
  /** By how much the leader's clock differs from true time, ms. */
  leaderSkewMs = 0;
  /** How long a commit takes, in ms, from and to. */
  commitMs: readonly [number, number] = USUAL_COMMIT_MS;
  private readonly timeline: Timeline;
  private readonly chance: Chance;
  private readonly byAddress = new Map<Ipv4, StoredEvent[]>();
  /** What was committed and is gone: the log keeps it, as that is what clients were promised by. */
  private readonly lost = new Set<number>();
  /** Another one, when the stream was made anew. */
  incarnation = 0;
  private readonly followers = new Set<(stored: StoredEvent) => void>();
  private proposals: Proposal[] = [];
  private hasLeader = true;
  private hasMajority = true;
  private term = 0;
  private outages = 0;

  constructor(timeline: Timeline, chance: Chance) {
    this.timeline = timeline;
    this.chance = chance;
  }

  /** How long commits take from now on; undefined: as usual. */
  slowDown(commitMs: readonly [number, number] | undefined): void {
    this.commitMs = commitMs ?? USUAL_COMMIT_MS;
  }

  /** A leader with a majority: writes are taken. */
  get isTaking(): boolean {
    return this.hasLeader && this.hasMajority;
  }

  /** Somebody answers, and hands on what is committed. */
  get isLed(): boolean {
    return this.hasLeader;
  }

  get lastSequence(): number {
    return this.log.length;
  }

  get leaderMs(): number {
    return this.timeline.now + this.leaderSkewMs;
  }

  /** Everything that an address ever was, oldest first. */
  historyOf(address: Ipv4): readonly StoredEvent[] {
    return this.byAddress.get(address) ?? [];
  }

  /** What the stream has of it, if anything. */
  newestOf(address: Ipv4): StoredEvent | undefined {
    return this.byAddress.get(address)?.findLast(({ revision }) => !this.lost.has(revision));
  }

  /** What the stream has after a sequence, in order. */
  after(sequence: number): StoredEvent[] {
    return this.log.slice(sequence).filter(({ revision }) => !this.lost.has(revision));
  }

  /** How many addresses it has something of. */
  get keys(): number {
    return [...this.byAddress.keys()].filter((address) => this.newestOf(address) !== undefined).length;
  }

  /** It is purged, or rolled up to its newest event by one message: neither its name nor its sequence tells. */
  empty(keeps: 0 | 1): void {
    for (const { revision } of this.after(0).slice(0, keeps === 0 ? undefined : -1)) this.lost.add(revision);
  }

  /** An older state of it is restored. */
  loseTail(count: number): void {
    this.incarnation++;
    for (const { revision } of this.after(0).slice(-count)) this.lost.add(revision);
  }

  follow(onEvent: (stored: StoredEvent) => void): () => void {
    this.followers.add(onEvent);
    return () => this.followers.delete(onEvent);
  }

  /** A batch arrives at the leader. Without one nobody answers. */
  publish(appends: readonly Append[], answer: Answer): void {
    if (!this.hasLeader) return;
    const refusal = this.refusal(appends);
    if (refusal !== undefined) {
      answer(refusal);
      return;
    }
    const at = Math.floor(this.leaderMs) as Instant;
    this.proposals.push({ appends, at, answer });
    this.commitLater();
  }

  /** A question to the leader, which answers with what is applied. */
  ask<T>(question: () => T, answer: (value: T) => void): void {
    if (this.hasLeader) answer(question());
  }

  /** The leader is gone without a word. */
  crashLeader(): void {
    this.loseLeader(this.chance.between(...ELECTION_MS));
  }

  /** The leader hands over, as before an upgrade. What it had accepted is committed first. */
  stepDown(): void {
    if (!this.isTaking) return;
    this.commit(this.proposals.length, true);
    this.loseLeader(this.chance.between(...HANDOVER_MS));
  }

  /** Two of three servers are away: the leader accepts, commits nothing, and steps down after a while. */
  loseMajority(): void {
    this.hasMajority = false;
    const outage = ++this.outages;
    this.timeline.after(LOST_QUORUM_MS, () => {
      if (outage === this.outages && !this.hasMajority) this.hasLeader = false;
    });
  }

  regainMajority(): void {
    if (this.hasMajority) return;
    this.hasMajority = true;
    if (this.hasLeader) this.commitLater();
    else this.loseLeader(this.chance.between(...ELECTION_MS));
  }

  /** In the order of the server's own checks, for each write of the batch: on its way already, then another sequence. */
  private refusal(appends: readonly Append[]): CasOutcome | undefined {
    const onTheirWay = new Set(this.proposals.flatMap((each) => each.appends.map(({ address }) => address)));
    for (const { address, expected } of appends) {
      if (onTheirWay.has(address)) return { kind: "busy" };
      if ((this.newestOf(address)?.revision ?? 0) !== expected) return { kind: "conflict" };
      onTheirWay.add(address);
    }
    return undefined;
  }

  private commitLater(): void {
    const { term } = this;
    this.timeline.after(this.chance.between(...this.commitMs), () => {
      if (term === this.term && this.isTaking) this.commit(this.proposals.length, true);
    });
  }

  private loseLeader(forMs: number): void {
    this.hasLeader = false;
    const term = ++this.term;
    this.timeline.after(forMs, () => {
      if (term === this.term && this.hasMajority) this.lead();
    });
  }

  private lead(): void {
    this.commit(this.chance.below(this.proposals.length + 1), false);
    this.proposals = [];
    this.hasLeader = true;
  }

  private commit(count: number, isAnswered: boolean): void {
    for (const { appends, at, answer } of this.proposals.splice(0, count)) {
      for (const { address, event } of appends) {
        const stored = { address, event, revision: (this.log.length + 1) as Revision, at };
        this.log.push(stored);
        const history = this.byAddress.get(address);
        if (history === undefined) this.byAddress.set(address, [stored]);
        else history.push(stored);
        for (const follower of this.followers) follower(stored);
      }
      if (isAnswered) answer({ kind: "stored", revision: this.log.length });
    }
  }
}
