// How often a client has asked for the same, as this node heard it itself. What a client says of that is nothing to go by: `secs` is
// 4 × the attempt from the first one on (iPXE), octets the wrong way round (EDK2 to port 4011), 1 (networkd), or the uptime (klibc);
// and one xid may be that of two boots. Bounded by number and by age.
import { idOf, TryTable } from "./try-table.ts";

/** Of a client and what it asks for; good until the next packet. */
export interface Asked {
  readonly firstAt: number;
  readonly times: number;
}

/** The same again within so short a time is a copy of a relay or a switch; the quickest client, iPXE, repeats a REQUEST after 260 ms. */
const COPIES_WITHIN_MS = 200;
/** RFC 2131 §4.1: tries are 4, 8 and 16 s apart, "randomized by … -1 to +1". Who asks again later begins anew. */
const FORGOTTEN_AFTER_MS = 20_000;
/** Of each of the two tables. */
const REMEMBERED_MAX = 25_000;

/** Two tables, of which the older one goes as a whole: each packet costs one look, and nothing is put in order (./run packet-cost). */
export class Tries<Key extends string> {
  private recent = new TryTable();
  private older = new TryTable();
  private recentSince = Number.NEGATIVE_INFINITY;
  private readonly asked = { firstAt: 0, times: 0 };

  /** At most; clients that went on are in both. */
  get size(): number {
    return this.recent.size + this.older.size;
  }

  /** One more; another question than before, and the client has gone on: this is its first. A question is a whole number below 2^40. */
  note(key: Key, question: number, now: number): Asked {
    const isOld = now - this.recentSince >= FORGOTTEN_AFTER_MS;
    if (isOld || this.recent.size >= REMEMBERED_MAX) this.turnOver(now);
    const { recent, older } = this;
    recent.makeRoom();
    const id = idOf(key);
    const place = recent.placeOf(id);
    if (!recent.has(id, place) && older.size > 0) recent.take(id, place, older);
    const since = now - recent.lastAt(place);
    const isFirst =
      !recent.has(id, place) || recent.question(place) !== question || since >= FORGOTTEN_AFTER_MS;
    if (isFirst) recent.begin(place, id, question, now);
    else if (since >= COPIES_WITHIN_MS) recent.goOn(place, now);
    const { asked } = this;
    asked.firstAt = isFirst ? now : recent.firstAt(place);
    asked.times = isFirst ? 1 : recent.times(place);
    return asked;
  }

  private turnOver(now: number): void {
    const emptied = this.older;
    emptied.clear();
    this.older = this.recent;
    this.recent = emptied;
    this.recentSince = now;
  }
}
