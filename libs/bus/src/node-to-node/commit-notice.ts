// What a node has stored, announced to the other nodes in one message a batch: core NATS, at most once, on `dhcp.stored.<node>`. It
// spares every node, and the servers, a consumer's message for each record. The feed brings what is not announced, or lost (follow.ts).

import { Wrong } from "../connection/bad-message.ts";
import type { Bus } from "../connection/connection.ts";
import { listen, quoted, type Subject } from "./message.ts";
import { decodeWrites, encodeWrites, type KeyWrite } from "./write-lines.ts";

const PREFIX = "dhcp.stored";
/** What a Date can hold. */
const TIME_MAX = 8.64e15;

/** A batch that a quorum has. */
export interface CommitNotice {
  /** Which stream: when it was made, as its leader says it. */
  readonly stream: string;
  /**
   * When it was sent to the stream, by the sender's stream time, in ms. Never later than the stream's timestamp, except by the
   * clock difference between two successive leaders.
   */
  readonly at: number;
  /** Revision of the first write; the others follow it one by one. */
  readonly first: number;
  readonly writes: readonly KeyWrite[];
}

export function publishCommitNotice(
  bus: Bus,
  self: string,
  { stream, at, first, writes }: CommitNotice,
): void {
  if (bus.connected) bus.nc.publish(`${PREFIX}.${self}`, encodeWrites([stream, at, first], writes));
}

/** What is received on the subject. */
export function commitNoticeSubject(
  check: (notice: CommitNotice) => Wrong | undefined,
): Subject<CommitNotice> {
  return {
    kind: "commit-notice",
    prefix: PREFIX,
    node: "*",
    read: (data) => {
      const notice = readCommitNotice(data);
      return notice instanceof Wrong ? notice : (check(notice) ?? notice);
    },
  };
}

/** Calls back for each notice of another node in which `check` finds nothing wrong. */
export function onCommitNotice(
  bus: Bus,
  self: string,
  check: (notice: CommitNotice) => Wrong | undefined,
  callback: (notice: CommitNotice) => void,
): void {
  listen(bus, { ...commitNoticeSubject(check) }, (notice, _message, node) => {
    if (node !== self) callback(notice);
  });
}

function readCommitNotice(data: Uint8Array): CommitNotice | Wrong {
  const decoded = decodeWrites(data);
  if (decoded === undefined) return new Wrong(quoted(data), "a line of words, and a line a write");
  const { words, writes } = decoded;
  const [stream = "", at, first] = [words[0], Number(words[1]), Number(words[2])];
  if (words.length !== 3 || Number.isNaN(Date.parse(stream)))
    return new Wrong(words.join(" "), "when the stream was made, when this was sent, and a revision");
  if (!Number.isInteger(at) || at <= 0 || at > TIME_MAX) return new Wrong(`${words[1]}`, "a time in ms");
  if (!Number.isSafeInteger(first + writes.length) || first <= 0)
    return new Wrong(`${words[2]}`, "the revision of the first write");
  return { stream, at, first, writes };
}
