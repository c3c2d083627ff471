// What follows for a client from what the store said of the event of its decision (I2, I5). Pure.
import { type Append, type AppendResult, type Decision, type Instant, leaseAfter } from "@leasehold/leases";
import { MessageType } from "@leasehold/protocol";
import type { Ending, Exchange } from "./exchange.ts";

export const ATTEMPTS_MAX = 4;
/** A commit that takes no longer is covered by the guard. */
const PROMPT_MS = 2000;

export interface Committed {
  readonly decision: Decision;
  readonly append: Append;
  readonly result: AppendResult;
  /** The store says less than this node has seen. */
  readonly isBehind: boolean;
  readonly sentAt: Instant;
  readonly now: Instant;
  readonly guardMs: number;
}

export type AfterCommit =
  | Ending
  /** Another node was faster: it is decided by what stands there now. */
  | { readonly kind: "again" }
  /** The fate of the write is open: only what was stored before may be said. */
  | { readonly kind: "from-stored" };

export const UNAVAILABLE = { kind: "silent", reason: "store-unavailable" } as const;
const NOT_THE_OWNER = { kind: "silent", reason: "not-the-owner" } as const;
const AGAIN = { kind: "again" } as const;
const FROM_STORED = { kind: "from-stored" } as const;

type Committing = Pick<Exchange, "request" | "arrivedAt" | "attempts">;

export function afterCommit(exchange: Committing, committed: Committed): AfterCommit {
  const { result, isBehind } = committed;
  switch (result.kind) {
    case "stored":
      return afterStored(committed);
    case "unknown":
      return FROM_STORED;
    case "conflict":
      if (isBehind) return UNAVAILABLE;
      if (isOvertaken(exchange, committed)) return NOT_THE_OWNER;
      return exchange.attempts < ATTEMPTS_MAX ? AGAIN : UNAVAILABLE;
    default:
      return result satisfies never;
  }
}

/**
 * An event counts from when its write left, and a leader that lost its majority may hold that back for longer than the
 * guard: what the client is granted fits into what is left by now.
 */
function afterStored({ decision, append, sentAt, now }: Committed): Ending {
  if (decision.kind !== "grant" || decision.reply !== "ACK" || now - sentAt < PROMPT_MS)
    return { kind: "reply", decision };
  const { heldUntil } = leaseAfter(append.event, append.expected, sentAt);
  const left = Math.floor((heldUntil - now) / 1000);
  if (left < 1) return UNAVAILABLE;
  return { kind: "reply", decision: { ...decision, seconds: Math.min(decision.seconds, left) } };
}

/** What a client gave back may have been granted to it again meanwhile: that grant is not what it gave back. */
function isOvertaken({ request, arrivedAt }: Committing, { result, guardMs }: Committed): boolean {
  const gives = request.type === MessageType.RELEASE || request.type === MessageType.DECLINE;
  const current = result.kind === "conflict" ? result.current : undefined;
  return gives && current !== undefined && current.at + guardMs > arrivedAt;
}
