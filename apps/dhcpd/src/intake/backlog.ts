// How many exchanges may wait for the store before new ones are shed (I14). A DISCOVER is shed before a REQUEST, which has an offer
// to lose, and long before that: what waits longer than its client does was done in vain. An election is different: nothing is done
// meanwhile, all waits anyway, and what is shed asks again only many seconds after the election's end.
import { MessageType } from "@leasehold/protocol";

/** Some tenths of a second of commits. */
const DISCOVERS_MAX = 2000;
/** So long after an election what it has piled up is worked off; that more waits by then is overload. */
const WORKED_OFF_MS = 5000;
/** Leaves room for the REQUESTs to come of the offers made. */
const DISCOVERS_IN_ELECTION_MAX = 8000;
const REQUESTS_MAX = 10_000;

export class Backlog {
  /** Of the steady clock, in ms: until then what waits is an election's. */
  private electionUntil = Number.NEGATIVE_INFINITY;

  /** Whether one more message of the type is too many while so many exchanges wait. */
  isFullFor(type: number | undefined, pending: number, isPrompt: () => boolean, now: number): boolean {
    if (pending <= DISCOVERS_MAX) return false;
    if (!isPrompt()) this.electionUntil = now + WORKED_OFF_MS;
    if (type !== MessageType.DISCOVER) return pending > REQUESTS_MAX;
    return pending > (now < this.electionUntil ? DISCOVERS_IN_ELECTION_MAX : DISCOVERS_MAX);
  }
}
