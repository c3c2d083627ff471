// Makes bad packets out of good ones: flipped bits, lies about lengths, cuts, splices, repeats, and plain noise.

import type { Random } from "../random.ts";

/** The largest payload of a UDP datagram. */
export const PACKET_SIZE_MAX = 65507;
const OPTIONS_AT = 240;
/** Octets that mean something: PAD, END, overload, message type, relay agent, lists of names, pointers, signs. */
const TELLING = [
  0, 1, 2, 3, 4, 16, 17, 32, 43, 52, 53, 61, 63, 77, 81, 82, 90, 97, 119, 121, 124, 125, 127, 128, 192, 254,
  255,
];

/** Works in one buffer: a packet is good until the next one is made. */
export class Mutator {
  readonly #corpus: readonly Uint8Array[];
  readonly #random: Random;
  readonly #buffer = new Uint8Array(PACKET_SIZE_MAX);
  #size = 0;
  readonly #changes: readonly (() => void)[] = [
    () => this.#flipBit(),
    () => this.#flipBit(),
    () => this.#tellingOctet(),
    () => this.#tellingOctet(),
    () => this.#lieAboutLength(),
    () => this.#lieAboutLength(),
    () => this.#lieAboutLength(),
    () => this.#renameOption(),
    () => this.#renameOption(),
    () => this.#cut(),
    () => this.#splice(),
    () => this.#overload(),
    () => this.#repeat(),
    () => this.#noise(),
  ];

  constructor(corpus: readonly Uint8Array[], random: Random) {
    this.#corpus = corpus;
    this.#random = random;
  }

  /** A packet of the corpus with one to eight changes; one in 500 is nothing but noise, one in 5,000 is huge. */
  next(): Uint8Array {
    const random = this.#random;
    this.#take(this.#corpus[random.below(this.#corpus.length)]!);
    for (let left = 1 + random.below(1 + random.below(8)); left > 0; left--)
      this.#changes[random.below(this.#changes.length)]!();
    const kind = random.below(5000);
    if (kind === 0) this.#grow();
    else if (kind <= 10) this.#onlyNoise();
    return this.#buffer.subarray(0, this.#size);
  }

  #take(packet: Uint8Array): void {
    this.#buffer.set(packet);
    this.#size = packet.length;
  }

  /** Where the code octet of one of the options is, if lengths are to be believed. */
  #someOption(): number {
    let skip = this.#random.below(16);
    let at = OPTIONS_AT;
    let found = OPTIONS_AT;
    while (at + 1 < this.#size && this.#buffer[at] !== 255 && skip >= 0) {
      found = at;
      if (this.#buffer[at] !== 0) skip--;
      at += this.#buffer[at] === 0 ? 1 : 2 + this.#buffer[at + 1]!;
    }
    return found;
  }

  #telling(): number {
    return TELLING[this.#random.below(TELLING.length)]!;
  }

  #flipBit(): void {
    const at = this.#random.below(this.#size);
    this.#buffer[at] = this.#buffer[at]! ^ (1 << this.#random.below(8));
  }

  /** Anywhere; half of the time among the options, where most of the reading happens. */
  #tellingOctet(): void {
    const start = this.#random.below(2) === 0 ? Math.min(OPTIONS_AT, this.#size) : 0;
    this.#buffer[start + this.#random.below(this.#size - start)] = this.#telling();
  }

  #lieAboutLength(): void {
    const at = this.#someOption() + 1;
    const lie = [this.#buffer[at]! + 1, this.#buffer[at]! - 1, 0, 255, this.#random.next(), this.#telling()];
    this.#buffer[at] = lie[this.#random.below(lie.length)]!;
  }

  #renameOption(): void {
    this.#buffer[this.#someOption()] = this.#random.below(2) === 0 ? this.#telling() : this.#random.next();
  }

  #cut(): void {
    this.#size =
      this.#random.below(4) === 0
        ? this.#random.below(this.#size)
        : this.#someOption() + this.#random.below(4);
  }

  /** The tail of another packet behind the head of this one. */
  #splice(): void {
    const other = this.#corpus[this.#random.below(this.#corpus.length)]!;
    const at = Math.min(this.#someOption(), this.#size, PACKET_SIZE_MAX - other.length);
    const from = OPTIONS_AT + this.#random.below(Math.max(other.length - OPTIONS_AT, 0));
    const tail = other.subarray(from);
    this.#buffer.set(tail, at);
    this.#size = at + tail.length;
  }

  /** Option 52 in front, and options in file and sname. */
  #overload(): void {
    const options = this.#corpus[this.#random.below(this.#corpus.length)]!.subarray(OPTIONS_AT);
    this.#buffer.set(options.subarray(0, 64), 44);
    this.#buffer.set(options.subarray(0, 128), 108);
    const size = Math.min(this.#size, PACKET_SIZE_MAX - 3);
    this.#buffer.copyWithin(OPTIONS_AT + 3, OPTIONS_AT, Math.max(size, OPTIONS_AT));
    this.#buffer.set([52, 1, this.#random.below(5)], OPTIONS_AT);
    this.#size = size + 3;
  }

  /** Some octets once more, in place: an option twice, or half of one. */
  #repeat(): void {
    const from = this.#someOption();
    const count = Math.min(this.#random.below(300), PACKET_SIZE_MAX - this.#size, this.#size - from);
    if (count <= 0) return;
    this.#buffer.copyWithin(from + count, from, this.#size);
    this.#size += count;
  }

  #noise(): void {
    const start = this.#random.below(this.#size);
    const end = Math.min(start + this.#random.below(32), this.#size);
    for (let at = start; at < end; at++) this.#buffer[at] = this.#random.next();
  }

  #onlyNoise(): void {
    this.#size = this.#random.below(1500);
    for (let at = 0; at < this.#size; at++) this.#buffer[at] = this.#random.next();
  }

  /** The options again and again, up to what a datagram holds. */
  #grow(): void {
    const end = OPTIONS_AT + this.#random.below(PACKET_SIZE_MAX - OPTIONS_AT);
    const period = 1 + this.#random.below(Math.max(this.#size - OPTIONS_AT, 40));
    for (let at = OPTIONS_AT + period; at < end; at++) this.#buffer[at] = this.#buffer[at - period]!;
    this.#size = end;
  }
}
