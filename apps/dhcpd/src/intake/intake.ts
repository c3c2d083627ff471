// Between the sockets and the service: packets that came in are handled for some milliseconds at a time, so that a flood of them
// leaves the event loop its turns for commits and timers, and what comes next is chosen by admission.ts.

import type { Arrival, ServiceLink } from "../ports.ts";
import { Admission, type AdmissionOptions, type Waiting } from "./admission.ts";

/** A packet as the sockets hand it in. */
export interface Received extends Arrival, Waiting {
  readonly bytes: Buffer;
  readonly link: ServiceLink;
  readonly at: number;
}

/** Where a packet goes whose turn it is. */
export interface PacketSink<Packet> {
  handle(packet: Packet): void;
}

/** As long as packets are handled before everything else has its turn. */
const TURN_MS = 4;
/** The clock is asked once for so many packets. */
const PACKETS_A_LOOK = 8;

export interface IntakeOptions extends AdmissionOptions {
  /** A steady clock, in ms. */
  readonly now: () => number;
  /** Runs a step when what is under way now has ended: `queueMicrotask`. */
  readonly soon?: (step: () => void) => void;
  /** Runs a step after the event loop has seen to everything else: `setImmediate`. */
  readonly later?: (step: () => void) => void;
}

export class Intake<Packet extends Waiting> {
  private readonly options: Required<Pick<IntakeOptions, "now" | "soon" | "later" | "onShed">>;
  private readonly admission: Admission<Packet>;
  /** Undefined until the node can take any. */
  private sink: PacketSink<Packet> | undefined;
  private isAwake = false;
  private readonly step = () => this.run();

  constructor(options: IntakeOptions) {
    const { now, soon = queueMicrotask, later = setImmediate, ...admission } = options;
    this.options = { now, soon, later, onShed: admission.onShed };
    this.admission = new Admission(admission);
  }

  get size(): number {
    return this.admission.size;
  }

  /** From now on packets go there. */
  deliverTo(sink: PacketSink<Packet>): void {
    this.sink = sink;
  }

  put(packet: Packet): void {
    this.admission.put(packet);
    if (this.isAwake) return;
    this.isAwake = true;
    this.options.soon(this.step);
  }

  /** Forgets all that waits; how many packets that were. */
  clear(): number {
    return this.admission.clear();
  }

  private run(): void {
    const { now, later } = this.options;
    const until = now() + TURN_MS;
    for (let time = now(); time < until; time = now()) {
      for (let count = 0; count < PACKETS_A_LOOK; count++) {
        const packet = this.admission.take(time);
        if (packet === undefined) {
          this.isAwake = false;
          return;
        }
        if (this.sink === undefined) this.options.onShed("not-serving");
        else this.sink.handle(packet);
      }
    }
    later(this.step);
  }
}
