// A live view's feed: every key's newest value first, then every change, in order, for ever. An ordered pull consumer,
// because KV watch stays silently dead for a minute when its server dies.

import { reasonOf } from "@leasehold/document/operator-error";
import type { ConsumerMessages, JsMsg, OrderedConsumerOptions, StreamInfo } from "@nats-io/jetstream";
import { nuid } from "@nats-io/transport-node";
import type { Bus } from "../connection/connection.ts";
import { retry } from "../connection/retry.ts";
import { streamInfo, streamOf, subjectOf, weaknessesOf } from "./objects.ts";
import { Delivery, isTombstone, readRecord, type StoredRecord } from "./records.ts";
import { SequenceRanges } from "./sequence-ranges.ts";

/** One change of one key. */
export type Change = StoredRecord;

export interface FollowOptions {
  onRecord(change: Change): void;
  /** All that was in the bucket when following began has been delivered; once, and again after a reset. */
  onComplete?(): void;
  /** The stream is not the one that was followed (restored, created again): forget everything, all of it is delivered again. */
  onReset?(reason: string): void;
  /** How many keys of the bucket are known, all of which it must have; absent: the follower counts them itself. */
  known?(): number;
  /** How the bucket could be emptied, in words, as its configuration is at each check; empty for not at all. */
  onWeaknesses?(weaknesses: readonly string[]): void;
  /** Trouble that heals by itself, for the log. */
  onTrouble?(what: string): void;
}

/** A key, and the revision at which it was seen: a store that has less of it is another one. */
export interface Seen {
  readonly key: string;
  readonly revision: number;
}

export interface Follower {
  /** The newest sequence seen. */
  readonly position: number;
  readonly complete: boolean;
  /** How many keys the bucket had when it was looked at last. */
  readonly keys: number;
  /** The consumer is paused while notices bring all that is stored (`noteCommitted`). */
  readonly isPaused: boolean;
  /** When the stream that is followed was made, as its leader says it; empty before it was found. */
  readonly created: string;
  /**
   * The records from `first` to `last` of the stream that was made at `stream` are known without this feed. While one batch after
   * the other becomes known like that, the feed is paused; it resumes where something is missing, and when no more of them come.
   * False: the feed will bring these.
   */
  noteCommitted(stream: string, first: number, last: number): boolean;
  /** Asks the stream's leader now what there is, and says whether all of that is known, or is soon; false when that cannot be said. */
  caughtUp(): Promise<boolean>;
  /**
   * There is a sign that the stream is not the one that was followed. Unless it is gone, this is checked, because a leader that was
   * cut off and does not know it yet gives the same sign. If it is true, everything is loaded again, after `onReset`.
   */
  distrust(reason: string, seen?: Seen): void;
  stop(): Promise<void>;
}

const CHECK_EVERY_MS = 3000;
/** A leader that was cut off, and is back, knows of the new one by then. */
const CONFIRMED_AFTER_MS = 2500;
const PAUSE_CHECK_MS = 50;
const REACHED_WITHIN_MS = 2000;
const OPEN_AGAIN_MS = 100;
const REACHED_CHECK_MS = 5;

export function followBucket(bus: Bus, bucket: string, options: FollowOptions): Follower {
  const follower = new BucketFollower(bus, bucket, options);
  follower.start();
  return follower;
}

class BucketFollower implements Follower {
  position = 0;
  complete = false;
  private target = 0;
  created = "";
  keys = 0;
  private distrusted: { readonly reason: string; readonly seen: Seen | undefined } | undefined;
  /** Since when the stream has been said to have less than was seen. */
  private lessSince: number | undefined;
  private messages: ConsumerMessages | undefined;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  /** Keys that were delivered, where nobody else knows how many there are. */
  private readonly seen = new Set<string>();
  private readonly ranges = new SequenceRanges();
  private pauseTimer: NodeJS.Timeout | undefined;
  private positionAtLastCheck = -1;
  private generation = 0;
  private readonly prefixLength: number;
  private readonly bus: Bus;
  private readonly bucket: string;
  private readonly options: FollowOptions;

  constructor(bus: Bus, bucket: string, options: FollowOptions) {
    this.bus = bus;
    this.bucket = bucket;
    this.options = options;
    this.prefixLength = subjectOf(bucket, "").length;
  }

  start(): void {
    void this.open();
    this.timer = setInterval(() => void this.check(), CHECK_EVERY_MS);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    clearInterval(this.pauseTimer);
    await this.messages?.close();
  }

  noteCommitted(stream: string, first: number, last: number): boolean {
    const isOfUse = this.complete && !this.stopped && this.distrusted === undefined;
    if (!isOfUse || stream !== this.created || this.lessSince !== undefined) return false;
    this.position = this.ranges.add(this.position, first, last, performance.now());
    if (this.pauseTimer === undefined && this.ranges.mayPause) this.pause();
    return true;
  }

  get isPaused(): boolean {
    return this.pauseTimer !== undefined;
  }

  private pause(): void {
    this.generation++;
    void this.messages?.close();
    this.messages = undefined;
    this.pauseTimer = setInterval(() => {
      if (this.ranges.mustResume(performance.now())) void this.open();
    }, PAUSE_CHECK_MS);
  }

  private resume(): void {
    clearInterval(this.pauseTimer);
    this.pauseTimer = undefined;
    this.ranges.clear();
  }

  async caughtUp(): Promise<boolean> {
    try {
      const info = await streamInfo(this.bus, streamOf(this.bucket));
      return info !== undefined && (await this.reaches(info.state.last_seq));
    } catch {
      return false;
    }
  }

  /** Under load there is always something newer than what is known, but not than what was asked for. */
  private async reaches(sequence: number): Promise<boolean> {
    const until = performance.now() + REACHED_WITHIN_MS;
    while (!this.stopped && performance.now() < until) {
      if (this.complete && this.position >= sequence) return true;
      await new Promise((resolve) => setTimeout(resolve, REACHED_CHECK_MS));
    }
    return false;
  }

  distrust(reason: string, seen?: Seen): void {
    if (this.distrusted !== undefined || this.stopped) return;
    this.distrusted = { reason, seen };
    this.options.onTrouble?.(`${this.bucket}: ${reason}; opened again`);
    void this.open();
  }

  private async open(): Promise<void> {
    const generation = ++this.generation;
    this.resume();
    const isStopped = () => this.stopped || generation !== this.generation;
    if (isStopped()) return;
    const say = (cause: unknown) =>
      this.options.onTrouble?.(`Cannot follow ${this.bucket}: ${reasonOf(cause)}`);
    // It fails only when it is stopped, or opened again by another call.
    await retry({ pauseMs: OPEN_AGAIN_MS, isStopped, say }, () => this.openOnce(generation)).catch(() => {});
  }

  private async openOnce(generation: number): Promise<void> {
    const info = await streamInfo(this.bus, streamOf(this.bucket));
    if (!info) throw new Error(`stream ${streamOf(this.bucket)} does not exist`);
    if (await this.isReplaced(info)) this.reset(info);
    if (this.lessSince !== undefined) throw new Error("its leader has fewer messages than were seen before");
    this.created = info.created;
    this.target = info.state.last_seq;
    this.noteKeys(info);
    this.options.onWeaknesses?.(weaknessesOf(info.config));
    await this.messages?.close();
    const consumer = await this.bus.js.consumers.get(streamOf(this.bucket), this.consumerOptions());
    const messages = await consumer.consume({
      max_messages: 5000,
      expires: 5000,
      idle_heartbeat: 1000,
      callback: (m) => this.deliver(m, generation),
    });
    // Meanwhile it may have been paused, or have been opened again.
    if (generation !== this.generation) return void messages.close();
    this.messages = messages;
    void this.watch(messages);
    if (info.state.messages === 0 || (await consumer.info(true)).num_pending === 0) {
      // What is missing up to the end was purged, not lost.
      this.position = Math.max(this.position, this.target);
      this.markComplete();
    }
  }

  private consumerOptions(): Partial<OrderedConsumerOptions> {
    // A name of its own each time: the consumer of a process that just died is still there, and has delivered all.
    const common = { name_prefix: `${this.bus.name}-${nuid.next()}`, inactive_threshold: 30_000 };
    return this.position > 0
      ? { ...common, deliver_policy: "by_start_sequence" as const, opt_start_seq: this.position + 1 }
      : {
          ...common,
          deliver_policy: "last_per_subject" as const,
          filter_subjects: subjectOf(this.bucket, ">"),
        };
  }

  // An exception inside a consume callback would end deliveries silently.
  private deliver(m: JsMsg, generation: number): void {
    if (generation !== this.generation || this.stopped) return;
    const { info, data } = m;
    try {
      // A tombstone has no payload. Only then the headers are read: each record has those of its compare-and-swap.
      const removed = data.length === 0 && isTombstone((name) => m.headers?.get(name) ?? "");
      const at = Math.floor(info.timestampNanos / 1e6);
      const key = m.subject.slice(this.prefixLength);
      if (this.options.known === undefined) this.seen.add(key);
      this.options.onRecord(new Delivery(key, removed ? undefined : data, info.streamSequence, at));
    } catch (cause) {
      this.options.onTrouble?.(`Record ${m.subject} could not be applied: ${reasonOf(cause)}`);
    }
    this.position = this.ranges.after(Math.max(this.position, info.streamSequence));
    if (!this.complete && (this.position >= this.target || info.pending === 0)) this.markComplete();
  }

  private markComplete(): void {
    if (this.complete) return;
    this.complete = true;
    this.options.onComplete?.();
  }

  private async watch(messages: ConsumerMessages): Promise<void> {
    for await (const status of messages.status()) {
      if (status.type === "stream_not_found" || status.type === "ordered_consumer_recreated") {
        this.options.onTrouble?.(`${this.bucket}: ${status.type}`);
      }
    }
  }

  private async check(): Promise<void> {
    if (!this.bus.connected) return;
    try {
      const info = await streamInfo(this.bus, streamOf(this.bucket));
      // A backup that is restored has the time at which its original was made.
      if (!info) this.distrust("the stream is gone");
      if (!info || this.distrusted !== undefined) return;
      const isStuck = info.state.last_seq > this.position && this.position === this.positionAtLastCheck;
      if ((await this.isReplaced(info)) || isStuck) {
        this.options.onTrouble?.(
          `${this.bucket}: at ${this.position} of ${info.state.last_seq}, opened again`,
        );
        await this.open();
      }
      this.positionAtLastCheck = this.position;
      if (this.complete && this.lessSince === undefined) this.noteKeys(info);
      this.options.onWeaknesses?.(weaknessesOf(info.config));
    } catch {
      // No leader to ask: the next check will.
    }
  }

  /** Whether this is another stream, or an older state of the same: said for long enough that it is no leader of yesterday. */
  private async isReplaced(info: StreamInfo): Promise<boolean> {
    if (this.created === "") return false;
    if (info.created !== this.created) return true;
    if (this.distrusted !== undefined && this.distrusted.seen === undefined) return true;
    if (!(await this.hasLess(info))) {
      this.lessSince = undefined;
      this.distrusted = undefined;
      return false;
    }
    this.lessSince ??= performance.now();
    return performance.now() - this.lessSince >= CONFIRMED_AFTER_MS;
  }

  /**
   * Less than what was seen at the last check, some seconds ago: more may have been delivered while the answer was on its way,
   * and under load a stream's leader is some records behind what its followers deliver.
   */
  private async hasLess(info: StreamInfo): Promise<boolean> {
    if (info.state.last_seq < this.positionAtLastCheck) return true;
    // No key ever goes from a bucket: a removed one leaves its marker. So fewer of them are left by a purge or a rollup.
    if (keysOf(info) < this.keys) return true;
    const seen = this.distrusted?.seen;
    if (seen === undefined) return false;
    const record = await readRecord(this.bus, this.bucket, seen.key);
    return (record?.revision ?? 0) < seen.revision;
  }

  private noteKeys(info: StreamInfo): void {
    this.keys = Math.max(keysOf(info), this.complete ? (this.options.known?.() ?? this.seen.size) : 0);
  }

  private reset(info: StreamInfo): void {
    const { created, state } = info;
    const had = `at ${this.position} with ${this.keys} keys`;
    const reason = `${this.bucket} was ${had} and is now at ${state.last_seq} with ${keysOf(info)}, made ${created}`;
    const why = this.distrusted === undefined ? reason : `${this.distrusted.reason}: ${reason}`;
    this.position = 0;
    this.keys = 0;
    this.seen.clear();
    this.positionAtLastCheck = -1;
    this.complete = false;
    this.distrusted = undefined;
    this.lessSince = undefined;
    this.options.onReset?.(why);
  }
}

const keysOf = ({ state }: StreamInfo): number => state.num_subjects ?? 0;
