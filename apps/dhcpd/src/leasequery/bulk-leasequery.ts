// One TCP connection of a bulk leasequery requestor, without the connection: octets in, octets out in slices (RFC 6926). Some
// queries run at once, and their answers take turns, so that a small one does not wait for a large one (§7.7).
import type { Instant } from "@leasehold/leases";
import {
  decode,
  type EncodedOption,
  encode,
  encodeOption,
  type Ipv4,
  type Message,
  OptionCode,
  type Packet,
} from "@leasehold/protocol";
import { type Answers, type Asked, answersTo, done } from "./bulk-answers.ts";
import { FrameReader, frameInto } from "./bulk-framing.ts";
import { type BulkRefusal, BulkStatus, bulkQueryIn } from "./bulk-query.ts";
import type { LeasequeryWorld } from "./reply-options.ts";

export interface BulkSessionParts {
  readonly world: LeasequeryWorld;
  readonly serverIdentifier: Ipv4;
  readonly now: () => Instant;
  /** Why this requestor may not ask now, for people; undefined when it may. */
  readonly refusal: () => string | undefined;
  /** Queries under way at once; the next one is not read before one of them is done (§8.4: "MUST NOT read more"). */
  readonly queriesMax: number;
}

interface Running {
  readonly asked: Asked;
  answers: Answers;
  /** §8.3: the first message, and only that one, names the server. */
  hasNamedServer: boolean;
}

const SLICE_OCTETS = 65_536;
/** Room for one more message; the limit of the protocol is 65535 (§6.1). */
const MESSAGE_MAX = 4096;
/** Turns in one slice: about a millisecond. */
const TURNS_MAX = 128;

export class BulkLeasequerySession {
  private readonly parts: BulkSessionParts;
  private readonly reader = new FrameReader();
  private readonly running: Running[] = [];
  private turn = 0;
  private ending: string | undefined;

  constructor(parts: BulkSessionParts) {
    this.parts = parts;
  }

  /** Whether there is something to send now or soon: then `take` is to be called. */
  get isRunning(): boolean {
    return this.running.length > 0;
  }

  /** Whether octets may be read from the connection. */
  get mayRead(): boolean {
    return this.ending === undefined && this.running.length < this.parts.queriesMax;
  }

  /** Why the connection is to be closed once what `take` gives is sent; undefined while it may go on. */
  get closing(): string | undefined {
    return this.running.length === 0 ? this.ending : undefined;
  }

  /** Takes what came in. It may come in any pieces. */
  receive(octets: Uint8Array): void {
    this.reader.push(octets);
    this.start();
  }

  /** §8.5: a query that cannot be finished is told so, in the next `take`; nothing is read any more. */
  terminate(reason: string): void {
    this.ending ??= reason;
    const refusal = { status: BulkStatus.QUERY_TERMINATED, text: reason };
    for (const one of this.running) one.answers = onlyDone(one.asked, refusal);
  }

  /** The next slice: framed messages, none when there was only work. Never more than about a millisecond's. */
  take(): Uint8Array {
    const slice = Buffer.allocUnsafe(SLICE_OCTETS);
    let end = 0;
    for (let turns = 0; turns < TURNS_MAX && end < SLICE_OCTETS - MESSAGE_MAX; turns++) {
      const one = this.nextInTurn();
      if (one === undefined) break;
      const step = one.answers.next();
      if (step.done) this.finish(one);
      else if (step.value !== undefined) end += this.put(one, step.value, slice.subarray(end));
    }
    return slice.subarray(0, end);
  }

  private nextInTurn(): Running | undefined {
    this.turn = this.turn + 1 < this.running.length ? this.turn + 1 : 0;
    return this.running[this.turn];
  }

  private finish(one: Running): void {
    this.running.splice(this.running.indexOf(one), 1);
    this.start();
  }

  private put(one: Running, message: Message, into: Uint8Array): number {
    const named = one.hasNamedServer ? message : this.withServerIdentifier(message);
    one.hasNamedServer = true;
    return frameInto(into, (at) => encode(named, at, { maximumSize: MESSAGE_MAX }));
  }

  private withServerIdentifier(message: Message): Message {
    const [type, ...others] = message.options;
    const own: EncodedOption = [
      OptionCode.serverIdentifier,
      encodeOption("serverIdentifier", this.parts.serverIdentifier),
    ];
    return { ...message, options: [type!, own, ...others] };
  }

  private start(): void {
    while (this.mayRead) {
      const octets = this.reader.next();
      if (octets === undefined) return;
      this.answer(octets);
    }
  }

  private answer(octets: Uint8Array): void {
    const decoded = decode(octets);
    const nonsense = decoded.ok ? this.nonsenseIn(decoded.packet) : decoded.failure;
    if (!decoded.ok || nonsense !== undefined) {
      this.terminate(`A message cannot be answered: ${nonsense}.`);
      return;
    }
    const { packet } = decoded;
    const { world, now } = this.parts;
    const refused = this.parts.refusal();
    const query =
      refused === undefined ? bulkQueryIn(packet) : { status: BulkStatus.NOT_ALLOWED, text: refused };
    const asked = { xid: packet.xid, giaddr: packet.giaddr };
    const answers = "status" in query ? onlyDone(asked, query) : answersTo(world, query, now);
    this.running.push({ asked, answers, hasNamedServer: false });
  }

  /** After such a message nobody knows any more which answer is for which query. */
  private nonsenseIn(packet: Packet): string | undefined {
    if (packet.op !== 1) return "it is a reply";
    // §7.1: the xid tells the answers apart.
    const isTaken = this.running.some(({ asked }) => asked.xid === packet.xid);
    return isTaken ? "another query with its xid is under way" : undefined;
  }
}

function* onlyDone(asked: Asked, refusal: BulkRefusal): Answers {
  yield done(asked, refusal);
}
