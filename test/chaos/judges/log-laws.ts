// What must hold in the log by itself. I7: no address goes to another client before what was held and the guard have passed.
// I12: replaying the log gives the bucket, exactly.
import { formatIpv4 } from "@leasehold/protocol";
import { heldUntil, type LeaseLog, type LogEntry, type StoredMessage } from "../lease-log.ts";
import type { Violation } from "./judge.ts";

/** docs/leases.md. */
const GUARD_MS = 15_000;
/** What the guard is for: a node's clock may differ by so much before it is fenced. */
const CLOCKS_DIFFER_MS = 5000;

export function judgeReuse(log: LeaseLog): Violation[] {
  return [...log.values()].flatMap((entries) =>
    entries.slice(1).flatMap((next, i) => reuseFault(entries[i]!, next) ?? []),
  );
}

function reuseFault(before: LogEntry, next: LogEntry): Violation | undefined {
  if (before.event.type === "LeaseReleased" || next.event.client === before.event.client) return undefined;
  const early = heldUntil(before) + GUARD_MS - CLOCKS_DIFFER_MS - next.at;
  if (early <= 0) return undefined;
  const who = `${formatIpv4(next.address)} of ${before.mac} went to ${next.mac}`;
  return {
    invariant: "I7",
    at: next.at,
    what: `${who} ${Math.round(early)} ms too early (by ${next.event.node})`,
  };
}

/** `bucket` holds every event, in the order of the stream; `log` what was sourced from it. */
export function judgeReplay(
  bucket: readonly StoredMessage[],
  log: readonly StoredMessage[],
): readonly Violation[] {
  const found: Violation[] = [];
  const say = (message: StoredMessage, what: string) =>
    found.push({ invariant: "I12", at: message.at, what: `${message.subject}: ${what}` });
  const logged = new Map<number, StoredMessage>();
  let last = 0;
  for (const message of log) {
    const seq = sourceSeq(message);
    if (seq <= last) say(message, `the log has ${seq} after ${last}`);
    last = Math.max(last, seq);
    logged.set(seq, message);
  }
  for (const message of bucket) {
    const copy = logged.get(message.seq);
    if (!copy) say(message, `the log lacks the bucket's ${message.seq}`);
    else if (copy.digest !== message.digest)
      say(message, `the log differs from the bucket at ${message.seq}`);
  }
  for (const [seq, message] of logged) {
    if (seq > (bucket.at(-1)?.seq ?? 0)) say(message, `the log has ${seq}, which the bucket lost`);
  }
  return found;
}

/** `Nats-Stream-Source`: the stream's name, the sequence there, and what it was filtered by. */
function sourceSeq({ source, subject }: StoredMessage): number {
  const seq = Number(source.split(" ")[1]);
  if (!Number.isInteger(seq))
    throw new Error(`${subject} in the log does not say what it was copied from: "${source}"`);
  return seq;
}
