// A transfer in simulated time: the machine under test, a network that loses, doubles and delays, and a reading client as RFC 1350 and
// 7440 have it. Blocks are numbers here, as their octets are not the machine's business.

import type { Terms } from "../src/terms.ts";
import { advance, begin, type Transfer, type TransferEnd, type TransferEvent } from "../src/transfer.ts";

export interface Network {
  /** Probabilities of 0 to 1. */
  readonly lost: number;
  readonly doubled: number;
  /** Of arriving some ms later than what was sent behind it. */
  readonly delayed: number;
  /** A number from 0 to 1, exclusive. */
  readonly chance: () => number;
}

export interface ReadResult {
  readonly end: TransferEnd | undefined;
  /** The last block that the client has, all before it included. */
  readonly received: number;
  readonly isWhole: boolean;
  readonly sentBlocks: number;
  readonly transfer: Transfer;
  readonly ms: number;
}

const WAY_MS = 1;
const CLIENT_TIMEOUT_MS = 1000;
const EVENTS_MAX = 2_000_000;

type ToClient = { readonly to: "client"; readonly block: number | "oack" };
type ToServer = { readonly to: "server"; readonly ack: number };
type Packet = ToClient | ToServer;

export function simulateRead(terms: Terms, size: number, network: Network): ReadResult {
  let now = 0;
  let sentBlocks = 0;
  let end: TransferEnd | undefined;
  const queue: OnTheWay[] = [];
  const post = (packet: Packet): void => {
    for (let copies = network.chance() < network.doubled ? 2 : 1; copies > 0; copies--) {
      if (network.chance() < network.lost) continue;
      const delay = network.chance() < network.delayed ? 5 * network.chance() : 0;
      insert(queue, { at: now + WAY_MS + delay, packet });
    }
  };
  const client = readingClient(terms, Math.floor(size / terms.blockSize) + 1, (ack) =>
    post({ to: "server", ack }),
  );
  let step = begin(terms, size, now);
  const follow = (): void => {
    const { sending } = step;
    end ??= step.end;
    if (sending?.kind === "oack") post({ to: "client", block: "oack" });
    if (sending?.kind !== "blocks") return;
    sentBlocks += sending.last - sending.first + 1;
    for (let block = sending.first; block <= sending.last; block++) post({ to: "client", block });
  };
  const serve = (event: TransferEvent): void => {
    if (end !== undefined) return;
    step = advance(step.transfer, event, now);
    follow();
  };
  follow();
  for (let events = 0; end === undefined && events < EVENTS_MAX; events++) {
    const at = Math.min(queue[0]?.at ?? Number.POSITIVE_INFINITY, step.transfer.deadline, client.deadline());
    now = Math.max(now, at);
    if (queue[0] !== undefined && queue[0].at <= now) {
      const { packet } = queue.shift()!;
      if (packet.to === "server") serve({ kind: "ack", block: packet.ack & 0xffff });
      else client.receive(packet.block, now);
    } else if (client.deadline() <= now) client.timeout(now);
    else serve({ kind: "time" });
  }
  return { end, ...client.state(), sentBlocks, transfer: step.transfer, ms: now };
}

interface OnTheWay {
  readonly at: number;
  readonly packet: Packet;
}

/** Behind what arrives at the same time. */
function insert(queue: OnTheWay[], one: OnTheWay): void {
  let place = queue.length;
  while (place > 0 && queue[place - 1]!.at > one.at) place--;
  queue.splice(place, 0, one);
}

/** It acknowledges each window, says the last one in order again for whatever is not the next, and when it hears nothing. */
function readingClient(terms: Terms, lastBlock: number, ack: (block: number) => void) {
  let received = 0;
  let inWindow = 0;
  let hears = terms.acknowledged.length === 0;
  let deadline = CLIENT_TIMEOUT_MS;
  const answer = (): void => {
    inWindow = 0;
    ack(received);
  };
  return {
    deadline: () => deadline,
    timeout(now: number): void {
      deadline = now + CLIENT_TIMEOUT_MS;
      if (hears) answer();
    },
    receive(block: number | "oack", now: number): void {
      deadline = now + CLIENT_TIMEOUT_MS;
      if (block === "oack") {
        hears = true;
        if (received === 0) answer();
        return;
      }
      if ((block & 0xffff) !== ((received + 1) & 0xffff)) {
        answer();
        return;
      }
      // Only what follows is taken for the next: the wire's 16 bits are checked above, the whole number here.
      if (block !== received + 1) throw new Error(`block ${block} was taken for block ${received + 1}`);
      received = block;
      inWindow++;
      if (inWindow === terms.windowSize || received === lastBlock) answer();
    },
    state: () => ({ received, isWhole: received === lastBlock }),
  };
}
