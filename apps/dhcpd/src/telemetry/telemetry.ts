// What a node tells of itself: counters, events, mistakes of ours, the last packets, and input that it cannot use.
import type { Log } from "../ports.ts";
import { Counters } from "./counters.ts";
import { Events } from "./events.ts";
import { Faults } from "./faults.ts";
import { RecentOutcomes, shownOutcome } from "./recent-outcomes.ts";
import { UnreadableRecords } from "./unreadable-records.ts";
import { WrongInput } from "./wrong-input.ts";

export class Telemetry {
  readonly log: Log;
  readonly counters = new Counters();
  readonly events: Events;
  readonly faults: Faults;
  /** What became of the last packets. */
  readonly outcomes = new RecentOutcomes();
  /** Records that it cannot use. */
  readonly unreadable: UnreadableRecords;

  /** `now` is a steady clock, in ms. */
  constructor(log: Log, now: () => number) {
    const { counters, outcomes } = this;
    this.log = log;
    this.faults = new Faults({ counters, log, now, onFault: (fault) => this.events.fault.tell(fault) });
    this.events = new Events({
      onThrown: (topic, cause) => {
        // Who cannot hear of a mistake is told of no other one.
        if (topic === "fault") counters.count("anomalies", "internal-error");
        else this.faults.count({ cause, during: `telling of a ${topic}` });
      },
      onDropped: (topic) => counters.count("unheard", topic),
    });
    this.unreadable = new UnreadableRecords(new WrongInput(counters, log, now));
    this.events.packet.subscribe((outcome) => outcomes.note(outcome));
    if (log.isLevelEnabled("debug"))
      this.events.packet.subscribe((outcome) => log.debug(shownOutcome(outcome), "packet"));
  }
}
