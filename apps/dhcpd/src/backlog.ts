// How many exchanges may wait for the store before new ones are shed (I14). A DISCOVER is shed before a REQUEST, which has an offer
// to lose, and long before that: what waits longer than its client does was done in vain. An election is different: nothing is done
// meanwhile, all waits anyway, and what is shed asks again only many seconds after the election's end.
import { MessageType } from "@leasehold/protocol";

/** Some tenths of a second of commits. */
const DISCOVERS_MAX = 2000;
/** What an election has piled up is worked off when so few wait. */
const WORKED_OFF = 200;
/** Leaves room for the REQUESTs to come of the offers made. */
const DISCOVERS_IN_ELECTION_MAX = 8000;
const REQUESTS_MAX = 10_000;

export class Backlog {
  /** From an election's beginning until what has piled up in it is worked off. */
  private isOfElection = false;

  /** Whether one more message of the type is too many while so many exchanges wait. */
  isFullFor(type: number | undefined, pending: number, isPrompt: () => boolean): boolean {
    if (pending <= WORKED_OFF) this.isOfElection = false;
    if (pending <= DISCOVERS_MAX) return false;
    this.isOfElection ||= !isPrompt();
    if (type !== MessageType.DISCOVER) return pending > REQUESTS_MAX;
    return pending > (this.isOfElection ? DISCOVERS_IN_ELECTION_MAX : DISCOVERS_MAX);
  }
}
