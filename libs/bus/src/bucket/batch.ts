// Compare-and-swap publishing, alone or as one atomic batch (nats-architecture-and-design ADR-50). Our own, because the
// client's Batch drops `expect` and the error codes (docs/adr/0002).

import { reasonOf } from "@leasehold/document/operator-error";
import { NoRespondersError, nuid, PermissionViolationError } from "@nats-io/transport-node";
import type { Bus } from "../connection/connection.ts";
import { casHeaders } from "./cas-headers.ts";

/** At most this many writes go into one batch; the server takes 1000. */
export const BATCH_MAX = 500;

export interface CasWrite {
  readonly subject: string;
  readonly data: Uint8Array;
  /** The stream sequence of the subject's newest message; 0 when there is none. */
  readonly expected: number;
}

/** Why nobody can say what became of a write. */
export type StoreFault =
  /** This client is between two servers. */
  | "disconnected"
  /** The stream has no leader: an election, or no majority. */
  | "no-leader"
  /** The server was asked, and has not answered in time. */
  | "no-answer"
  /** A limit of the stream, the account or the disk: it will be taken once there is room. */
  | "full";

export type CasOutcome =
  /** Stored on a quorum; write i has sequence `revision - count + 1 + i`. */
  | { readonly kind: "stored"; readonly revision: number }
  /** One of the writes expected another sequence: nothing of the batch was stored. */
  | { readonly kind: "conflict" }
  /** An earlier write to one of the subjects is still being applied: nothing was stored; try again in some ms. */
  | { readonly kind: "busy" }
  /** It may have been stored or not, or may yet be: ask the stream, or repeat the same compare-and-swap. */
  | { readonly kind: "unknown"; readonly cause: StoreFault; readonly reason: string }
  /** The server will never take this; a person has to act. */
  | { readonly kind: "rejected"; readonly code: number; readonly reason: string };

/** Publishes the writes all or nothing, in one round trip. Never throws. Subjects must differ. */
export async function publishCas(
  bus: Bus,
  writes: readonly CasWrite[],
  timeout: number,
): Promise<CasOutcome> {
  if (!bus.connected) return { kind: "unknown", cause: "disconnected", reason: "not connected to NATS" };
  const batch = writes.length > 1 ? nuid.next() : undefined;
  const last = writes.length - 1;
  try {
    for (let i = 0; i < last; i++) {
      const write = writes[i]!;
      bus.nc.publish(write.subject, write.data, {
        headers: casHeaders({ expected: write.expected, batch, sequence: i + 1, isLast: false }),
      });
    }
    const write = writes[last]!;
    const reply = await bus.nc.request(write.subject, write.data, {
      headers: casHeaders({ expected: write.expected, batch, sequence: last + 1, isLast: true }),
      timeout,
    });
    return outcomeOf(reply.json<PubAckReply>());
  } catch (cause) {
    if (cause instanceof PermissionViolationError) {
      return { kind: "rejected", code: 403, reason: reasonOf(cause) };
    }
    return { kind: "unknown", cause: faultOf(cause), reason: reasonOf(cause) };
  }
}

// The stream's subjects are its leader's: without one nobody listens there, and the server says so at once.
function faultOf(error: unknown): StoreFault {
  const isNotReceived =
    error instanceof NoRespondersError || (error as Error | undefined)?.cause instanceof NoRespondersError;
  return isNotReceived ? "no-leader" : "no-answer";
}

export interface PubAckReply {
  readonly seq?: number;
  readonly error?: { readonly code: number; readonly err_code?: number; readonly description?: string };
}

// Codes of nats-server's errors.json.
const CONFLICT = 10071;
const BUSY = new Set([10164, 10158]);
const FULL = new Set([
  10023, // insufficient resources: max_file_store of the server or the account
  10047, // insufficient storage resources
  10077, // a limit of the stream
]);
const NO_LEADER = new Set([
  10008, // JetStream temporarily unavailable
  10009, // not leader
  10039, // JetStream not enabled for account: a server that has lost its leader says so too
  10076, // JetStream not enabled
]);
const NO_ANSWER = new Set([
  10063, // expected stream sequence does not match
  10167, // ingest queue full
  10176, // batch incomplete: its head was lost with a leader
  10210, // too many atomic batches in flight
]);

/** What the server's answer to a write, or to the last one of a batch, says of it. */
export function outcomeOf(reply: PubAckReply): CasOutcome {
  if (!reply.error) return { kind: "stored", revision: reply.seq ?? 0 };
  const code = reply.error.err_code ?? reply.error.code;
  const reason = reply.error.description ?? `error ${code}`;
  if (code === CONFLICT) return { kind: "conflict" };
  if (BUSY.has(code)) return { kind: "busy" };
  if (FULL.has(code)) return { kind: "unknown", cause: "full", reason };
  if (NO_LEADER.has(code)) return { kind: "unknown", cause: "no-leader", reason };
  if (NO_ANSWER.has(code) || reply.error.code === 503) return { kind: "unknown", cause: "no-answer", reason };
  return { kind: "rejected", code, reason };
}
