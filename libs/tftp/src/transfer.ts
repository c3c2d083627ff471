// The sending side of one TFTP transfer (RFC 1350 §2, §6, 7440 §4; RFC 1123 §4.2.3): an event and `now` in, what to send and the next
// deadline out. Blocks are counted from 1 without end; on the wire the number goes back to 0 after 65535.
import type { Terms } from "./terms.ts";

const BLOCK_NUMBERS = 0x10000;
const TIMEOUT_MS_MAX = 8000;
const GIVE_UP_MS = 30_000;
/** A client that named its timeout is waited for at least this many of them. */
const TIMEOUTS_MIN = 5;
/** Once the way there and back is known, silence is shorter: this, or so many times that. Firmware pauses to write to its disk. */
const TIMEOUT_MS_MIN = 200;
const ROUND_TRIPS_OF_TIMEOUT = 8;
/** The least time after which a window is sent again because an ACK says that blocks are missing. */
const HURRIED_MS_MIN = 5;

/** How a transfer ended. `probe`: the client asked for the size only. `unconfirmed`: all was sent, and the last ACK did not come. */
export type TransferEnd = "complete" | "probe" | "aborted" | "timedOut" | "unconfirmed";

export type TransferEvent =
  | { readonly kind: "ack"; readonly block: number }
  | { readonly kind: "error"; readonly code: number; readonly message: string }
  /** The client has sent its request once more. */
  | { readonly kind: "requestedAgain" }
  /** A time has come: nothing happens before the deadline. */
  | { readonly kind: "time" };

/** What to send now: the OACK, or blocks (both included). */
export type Sending =
  | { readonly kind: "oack" }
  | { readonly kind: "blocks"; readonly first: number; readonly last: number };

export interface Transfer {
  readonly terms: Terms;
  /** The last block: shorter than the others, empty if need be. */
  readonly lastBlock: number;
  readonly isAwaitingOack: boolean;
  readonly acked: number;
  readonly sent: number;
  readonly resentBlocks: number;
  /** Sends of the same window by timeout. */
  readonly timeouts: number;
  readonly sentAt: number;
  readonly isFirstSending: boolean;
  readonly roundTripMs: number;
  readonly progressAt: number;
  readonly deadline: number;
  /** The deadline is near because of a repeated ACK. */
  readonly isHurried: boolean;
}

export interface Step {
  readonly transfer: Transfer;
  readonly sending?: Sending;
  readonly end?: TransferEnd;
}

/** `size` in octets; times in ms of a clock that only goes forward. */
export function begin(terms: Terms, size: number, now: number): Step {
  const transfer: Transfer = {
    terms,
    lastBlock: Math.floor(size / terms.blockSize) + 1,
    isAwaitingOack: terms.acknowledged.length > 0,
    acked: 0,
    sent: 0,
    resentBlocks: 0,
    timeouts: 0,
    sentAt: now,
    isFirstSending: true,
    roundTripMs: 0,
    progressAt: now,
    deadline: now,
    isHurried: false,
  };
  return send(transfer, now);
}

export function advance(transfer: Transfer, event: TransferEvent, now: number): Step {
  switch (event.kind) {
    case "ack":
      return transfer.isAwaitingOack
        ? oackAcked(transfer, event.block, now)
        : acked(transfer, event.block, now);
    case "error":
      return { transfer, end: transfer.isAwaitingOack && transfer.terms.isSizeAsked ? "probe" : "aborted" };
    case "requestedAgain":
      // Twice at once is the network's doing, and atftp 0.8.0 gives up at an OACK that comes twice.
      return hasBegun(transfer) || now - transfer.sentAt < TIMEOUT_MS_MIN
        ? { transfer }
        : send({ ...transfer, isFirstSending: false }, now);
    case "time":
      return now < transfer.deadline ? { transfer } : timeout(transfer, now);
    default:
      return event satisfies never;
  }
}

/** The client has answered once. */
export const hasBegun = ({ terms, isAwaitingOack, acked }: Transfer): boolean =>
  acked > 0 || (terms.acknowledged.length > 0 && !isAwaitingOack);

function oackAcked(transfer: Transfer, block: number, now: number): Step {
  return block === 0 ? send({ ...progressed(transfer, now), isAwaitingOack: false }, now) : { transfer };
}

function acked(transfer: Transfer, block: number, now: number): Step {
  const ahead = (block - transfer.acked) & (BLOCK_NUMBERS - 1);
  // Of a window that was sent and acknowledged long ago.
  if (ahead > transfer.sent - transfer.acked) return { transfer };
  const { terms, sent, lastBlock } = transfer;
  const next = ahead === 0 ? transfer : { ...progressed(transfer, now), acked: transfer.acked + ahead };
  if (next.acked === lastBlock) return { transfer: next, end: "complete" };
  if (next.acked === sent) return send(next, now);
  return terms.windowSize === 1
    ? { transfer }
    : { transfer: hurried({ ...next, isFirstSending: false }, now) };
}

/**
 * The ACK of a block before the window's last: the next one is lost, and a window that begins there is due (RFC 7440 §4); or the network
 * has doubled or delayed something, and clients answer each block that they do not expect. To answer each of these ACKs with a window would
 * multiply the traffic (RFC 1123 §4.2.3.1, Sorcerer's Apprentice): so they only bring the deadline nearer, once for each time that the
 * window is sent, and an ACK of its last block sends the next one instead. A window of one waits for its timeout.
 */
function hurried(transfer: Transfer, now: number): Transfer {
  const soon = now + Math.max(HURRIED_MS_MIN, 2 * transfer.roundTripMs);
  if (transfer.isHurried || soon >= transfer.deadline) return transfer;
  return { ...transfer, isHurried: true, deadline: soon };
}

function progressed(transfer: Transfer, now: number): Transfer {
  const { isFirstSending, sentAt, roundTripMs } = transfer;
  // Karn: which sending a client answers is only known when there was one.
  const seen = isFirstSending ? now - sentAt : roundTripMs;
  return {
    ...transfer,
    timeouts: 0,
    progressAt: now,
    isFirstSending: true,
    roundTripMs: roundTripMs === 0 ? seen : (7 * roundTripMs + seen) / 8,
  };
}

function timeout(transfer: Transfer, now: number): Step {
  const { terms, isHurried, progressAt, sent, lastBlock } = transfer;
  if (now - progressAt >= Math.max(GIVE_UP_MS, TIMEOUTS_MIN * terms.timeoutMs))
    return { transfer, end: sent === lastBlock ? "unconfirmed" : "timedOut" };
  const timeouts = transfer.timeouts + (isHurried ? 0 : 1);
  return send({ ...transfer, isFirstSending: false, timeouts }, now);
}

function send(transfer: Transfer, now: number): Step {
  const { terms, acked, sent, lastBlock, resentBlocks } = transfer;
  const waitMs = terms.isTimeoutFixed ? terms.timeoutMs : backedOff(transfer);
  const timed = { sentAt: now, deadline: now + waitMs, isHurried: false };
  if (transfer.isAwaitingOack) return { transfer: { ...transfer, ...timed }, sending: { kind: "oack" } };
  const last = Math.min(acked + terms.windowSize, lastBlock);
  return {
    transfer: { ...transfer, ...timed, sent: last, resentBlocks: resentBlocks + sent - acked },
    sending: { kind: "blocks", first: acked + 1, last },
  };
}

function backedOff({ terms, timeouts, roundTripMs }: Transfer): number {
  const measured = Math.max(TIMEOUT_MS_MIN, ROUND_TRIPS_OF_TIMEOUT * roundTripMs);
  const first = roundTripMs === 0 ? terms.timeoutMs : Math.min(terms.timeoutMs, measured);
  return Math.min(first * 2 ** timeouts, TIMEOUT_MS_MAX);
}
