// What a view asks of the process that it is in: a way to follow buckets, and somebody who wants to hear what is the matter.
import type { Follower, FollowOptions } from "@leasehold/bus";

/** How a bucket is followed: libs/bus does it over NATS, the simulation over a simulated stream. */
export type Follow = (bucket: string, options: FollowOptions) => Follower;

export interface ViewLog {
  info(fields: object, sentence: string): void;
  warn(fields: object, sentence: string): void;
  error(fields: object, sentence: string): void;
}

/** Records of a bucket that cannot be used, now. */
export interface RecordNotes {
  note(bucket: string, key: string, revision: number, reason: string): void;
  /** What is there now can be used, or is gone. */
  isWell(bucket: string, key: string): void;
  /** The bucket is read again from its beginning. */
  forget(bucket: string): void;
}

export interface ViewPorts {
  readonly follow: Follow;
  readonly log: ViewLog;
  readonly records: RecordNotes;
  /** Trouble that heals by itself, for the log. */
  readonly onTrouble: (what: string) => void;
  /** How a bucket could be emptied, in words. */
  readonly onWeaknesses: (bucket: string, weaknesses: readonly string[]) => void;
}
