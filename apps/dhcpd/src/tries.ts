// How often a client has asked for the same, as this node heard it itself. What a client says of that is nothing to go by: `secs` is
// 4 × the attempt from the first one on (iPXE), octets the wrong way round (EDK2 to port 4011), 1 (networkd), or the uptime (klibc);
// and one xid may be that of two boots. Bounded by number and by age.

/** Of a client and what it asks for. */
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
const REMEMBERED_MAX = 50_000;

export class Tries<Key> {
  /** The one that was heard of longest ago first. */
  private readonly heard = new Map<Key, Heard>();

  get size(): number {
    return this.heard.size;
  }

  /** One more; another question than before, and the client has gone on: this is its first. */
  note(key: Key, question: number, now: number): Asked {
    this.sweep(now);
    const heard = this.heard.get(key);
    if (heard === undefined || heard.question !== question || now - heard.lastAt >= FORGOTTEN_AFTER_MS) {
      const first = { question, firstAt: now, lastAt: now, times: 1 };
      this.heard.delete(key);
      this.heard.set(key, first);
      return first;
    }
    if (now - heard.lastAt < COPIES_WITHIN_MS) return heard;
    heard.times++;
    heard.lastAt = now;
    this.heard.delete(key);
    this.heard.set(key, heard);
    return heard;
  }

  private sweep(now: number): void {
    for (const [key, { lastAt }] of this.heard) {
      if (this.heard.size < REMEMBERED_MAX && now - lastAt < FORGOTTEN_AFTER_MS) return;
      this.heard.delete(key);
    }
  }
}
