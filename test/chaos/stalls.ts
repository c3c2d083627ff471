// How long clients waited, by what they asked for and by the fault that was at work, from the wire alone: from a client's
// first message of a kind to the ACK. A renewal that nobody answers becomes a rebinding, and still waits as a renewal.
import { type Mac, MessageType } from "@leasehold/protocol";
import type { WireMessage } from "../lab/wire.ts";
import type { FaultRecord } from "./fault-record.ts";
import { isGrant } from "./judges/bindings.ts";
import { kindOf } from "./population.ts";

export const QUESTIONS = ["new", "reboot", "renewal", "rebinding"] as const;
export type Question = (typeof QUESTIONS)[number];

const BROADCAST = 0xffffffff;
const QUIET = "no fault";

export interface Waits {
  count: number;
  longestMs: number;
  /** Of more than a second. */
  stalls: number;
  /** Begun, and never answered: the client gave up, or asked for something else. */
  unanswered: number;
}

const STALL_MS = 1000;

export class Stalls {
  /** By fault, then by what was asked by whom: `new pool`, `renewal reserved`. */
  readonly waits = new Map<string, Map<string, Waits>>();
  private readonly faults: readonly FaultRecord[];
  private readonly open = new Map<Mac, Map<Question, number>>();

  constructor(faults: readonly FaultRecord[]) {
    this.faults = faults;
  }

  see(message: WireMessage): void {
    const { client, type, at } = message;
    const kind = kindOf(client);
    if (!kind) return;
    const open = this.open.get(client) ?? new Map<Question, number>();
    this.open.set(client, open);
    const question = questionOf(message);
    if (question && !open.has(question)) {
      if (question === "new" || question === "reboot") this.giveUp(message, open);
      open.set(question, at);
    }
    if (type === MessageType.RELEASE) this.giveUp(message, open);
    if (isGrant(message)) {
      for (const [asked, since] of open) this.note(since, at, `${asked} ${kind}`, true);
      open.clear();
    }
  }

  /** Longest waits over all faults, by what was asked by whom. */
  total(): ReadonlyMap<string, Waits> {
    const sum = new Map<string, Waits>();
    for (const byQuestion of this.waits.values()) {
      for (const [question, waits] of byQuestion) {
        const so = sum.get(question) ?? nothing();
        so.count += waits.count;
        so.stalls += waits.stalls;
        so.unanswered += waits.unanswered;
        so.longestMs = Math.max(so.longestMs, waits.longestMs);
        sum.set(question, so);
      }
    }
    return sum;
  }

  private giveUp({ at, client }: WireMessage, open: Map<Question, number>): void {
    for (const [asked, since] of open) this.note(since, at, `${asked} ${kindOf(client)}`, false);
    open.clear();
  }

  private note(since: number, until: number, question: string, isAnswered: boolean): void {
    const fault = this.faultIn(since, until);
    const byQuestion = this.waits.get(fault) ?? new Map<string, Waits>();
    this.waits.set(fault, byQuestion);
    const waits = byQuestion.get(question) ?? nothing();
    byQuestion.set(question, waits);
    waits.count++;
    if (!isAnswered) waits.unanswered++;
    else if (until - since > STALL_MS) waits.stalls++;
    if (isAnswered) waits.longestMs = Math.max(waits.longestMs, until - since);
  }

  private faultIn(since: number, until: number): string {
    return this.faults.find(({ from, calmAt }) => since < calmAt && until > from)?.name ?? QUIET;
  }
}

const nothing = (): Waits => ({ count: 0, longestMs: 0, stalls: 0, unanswered: 0 });

function questionOf({ type, packet, target }: WireMessage): Question | undefined {
  if (type === MessageType.DISCOVER) return "new";
  if (type !== MessageType.REQUEST) return undefined;
  if (packet.ciaddr !== 0) return target === BROADCAST || packet.giaddr !== 0 ? "rebinding" : "renewal";
  return packet.has(54) ? undefined : "reboot";
}
