// How often a client has asked for the same, as this node heard it itself. What a client says of that is nothing to go by: `secs` is
// 4 × the attempt from the first one on (iPXE), octets the wrong way round (EDK2 to port 4011), 1 (networkd), or the uptime (klibc);
// and one xid may be that of two boots. Bounded by number and by age.

/** Of a client and what it asks for; good until the next packet. */
export interface Asked {
  readonly firstAt: number;
  readonly times: number;
}

interface Heard {
  question: number;
  firstAt: number;
  lastAt: number;
  times: number;
}

/** The same again within so short a time is a copy of a relay or a switch; the quickest client, iPXE, repeats a REQUEST after 260 ms. */
const COPIES_WITHIN_MS = 200;
/** RFC 2131 §4.1: tries are 4, 8 and 16 s apart, "randomized by … -1 to +1". Who asks again later begins anew. */
const FORGOTTEN_AFTER_MS = 20_000;
/** Of each of the two maps. */
const REMEMBERED_MAX = 25_000;

/** Two maps, of which the older one goes as a whole: each packet costs one look, and nothing is put in order (./run packet-cost). */
export class Tries<Key> {
  private recent = new Map<Key, Heard>();
  private older = new Map<Key, Heard>();
  private recentSince = Number.NEGATIVE_INFINITY;

  /** At most; clients that went on are in both. */
  get size(): number {
    return this.recent.size + this.older.size;
  }

  /** One more; another question than before, and the client has gone on: this is its first. */
  note(key: Key, question: number, now: number): Asked {
    const isOld = now - this.recentSince >= FORGOTTEN_AFTER_MS;
    if (isOld || this.recent.size >= REMEMBERED_MAX) this.turnOver(now);
    const heard = this.find(key);
    if (heard === undefined) {
      const first = { question, firstAt: now, lastAt: now, times: 1 };
      this.recent.set(key, first);
      return first;
    }
    const since = now - heard.lastAt;
    if (heard.question !== question || since >= FORGOTTEN_AFTER_MS) {
      heard.question = question;
      heard.firstAt = heard.lastAt = now;
      heard.times = 1;
    } else if (since >= COPIES_WITHIN_MS) {
      heard.times++;
      heard.lastAt = now;
    }
    return heard;
  }

  private find(key: Key): Heard | undefined {
    const recent = this.recent.get(key);
    if (recent !== undefined || this.older.size === 0) return recent;
    const older = this.older.get(key);
    if (older !== undefined) this.recent.set(key, older);
    return older;
  }

  private turnOver(now: number): void {
    this.older = this.recent;
    this.recent = new Map();
    this.recentSince = now;
  }
}
