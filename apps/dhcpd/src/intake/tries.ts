// How often a client has asked for the same, as this node heard it itself, and how long it waits for an answer. What a client says of
// that is nothing to go by: `secs` is 4 × the attempt from the first one on (iPXE), octets the wrong way round (EDK2 to port 4011), 1
// (networkd), or the uptime (klibc); and one xid may be that of two boots. Bounded by number and by age.

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

const SLOTS_AT_FIRST = 256;
const WORDS = 4;
const TIMES = 4096;
/** Clients name themselves, and could choose names for one slot: further than this none is looked for, and the last one goes. */
const LOOKS_MAX = 64;

/** Open addressing: at most half of the slots are taken, so that a look ends after one or two. */
export class TryTable {
  size = 0;
  private words = new Float64Array(SLOTS_AT_FIRST * WORDS);
  private mask = SLOTS_AT_FIRST - 1;

  /** Before one is begun. Places that were found before count no more. */
  makeRoom(): void {
    if (this.size * 2 <= this.mask) return;
    const { words } = this;
    this.words = new Float64Array(words.length * 4);
    this.mask = this.words.length / WORDS - 1;
    for (let at = 0; at < words.length; at += WORDS)
      if (words[at] !== 0) this.words.set(words.subarray(at, at + WORDS), this.placeOf(words[at]!));
  }

  /** Where it stands, or would. */
  placeOf(id: number): number {
    const { words, mask } = this;
    let slot = id & mask;
    for (let looks = 1; words[slot * WORDS] !== id && words[slot * WORDS] !== 0; looks++) {
      if (looks === LOOKS_MAX) break;
      slot = (slot + 1) & mask;
    }
    return slot * WORDS;
  }

  has(id: number, place: number): boolean {
    return this.words[place] === id;
  }

  question(place: number): number {
    return Math.floor(this.words[place + 1]! / TIMES);
  }

  times(place: number): number {
    return this.words[place + 1]! % TIMES;
  }

  firstAt(place: number): number {
    return this.words[place + 2]!;
  }

  lastAt(place: number): number {
    return this.words[place + 3]!;
  }

  /** The first time. `question` is a whole number below 2^40. */
  begin(place: number, id: number, question: number, now: number): void {
    const { words } = this;
    if (words[place] === 0) this.size++;
    words[place] = id;
    words[place + 1] = question * TIMES + 1;
    words[place + 2] = words[place + 3] = now;
  }

  /** One more of the same; they are counted no further than matters to anybody. */
  goOn(place: number, now: number): void {
    if (this.times(place) < TIMES - 1) this.words[place + 1]!++;
    this.words[place + 3] = now;
  }

  /** Takes what another table has of it, if it has. */
  take(id: number, place: number, from: TryTable): void {
    const there = from.placeOf(id);
    if (!from.has(id, there)) return;
    this.begin(place, id, 0, 0);
    for (let word = 1; word < WORDS; word++) this.words[place + word] = from.words[there + word]!;
  }

  clear(): void {
    if (this.size > 0) this.words.fill(0);
    this.size = 0;
  }
}

/**
 * A number for a text, other than 0: two hashes of 32 and of 20 bits side by side. Two of 50,000 clients have the same one in one case
 * of millions; then each is taken for the other, which makes one of the nodes answer later, or one more of them.
 */
export function idOf(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x9747b28c;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    low = Math.imul(low ^ character, 0x01000193);
    high = Math.imul(high ^ character, 0x85ebca6b);
  }
  low ^= low >>> 15;
  high ^= high >>> 13;
  return (high & 0xfffff) * 0x1_0000_0000 + (low >>> 0) || 1;
}

const FIRST_MS = 4000;
const LAST_MS = 16_000;

/** In ms, from how often this node heard it ask. */
export function retransmitTimeoutOf(times: number): number {
  return Math.min(FIRST_MS * 2 ** (times - 1), LAST_MS);
}
