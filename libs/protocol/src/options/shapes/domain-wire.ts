// One domain name between its text and its wire form, with the pointers of RFC 1035 §4.1.4:
//   3www7example3com0        a name;  4mail 0xc0 0x04   "mail" and then what stands at offset 4

const NAME_OCTETS_MAX = 255; // RFC 1035 §3.1
const LABEL_OCTETS_MAX = 63;

export interface WireDomain {
  readonly text: string;
  /** False when the octets ended before the empty label. */
  readonly complete: boolean;
  /** Where the next name starts. */
  readonly next: number;
}

/**
 * Reads the name at `at`. Pointers count from `start` and must lead backwards, each further than the one before, so
 * that no name is endless. Undefined for a bad pointer, a reserved label type, or more than 255 octets.
 */
export function readDomain(
  bytes: Uint8Array,
  start: number,
  at: number,
  end: number,
): WireDomain | undefined {
  let text = "";
  let next = -1;
  let lowest = at;
  let octets = 1;
  let cursor = at;
  while (cursor < end) {
    const length = bytes[cursor]!;
    if (length === 0)
      return { text: text === "" ? "." : text, complete: true, next: next < 0 ? cursor + 1 : next };
    if (length >= 0xc0) {
      if (cursor + 1 >= end) return undefined;
      const target = start + (((length & 0x3f) << 8) | bytes[cursor + 1]!);
      if (target >= lowest) return undefined;
      if (next < 0) next = cursor + 2;
      lowest = target;
      cursor = target;
      continue;
    }
    octets += length + 1;
    if (length > LABEL_OCTETS_MAX || octets > NAME_OCTETS_MAX || cursor + 1 + length > end) return undefined;
    text += (text === "" ? "" : ".") + labelText(bytes, cursor + 1, cursor + 1 + length);
    cursor += 1 + length;
  }
  return next < 0 ? { text, complete: false, next: cursor } : undefined;
}

function labelText(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at++) {
    const octet = bytes[at]!;
    const character = String.fromCharCode(octet);
    if (character === "." || character === "\\") text += `\\${character}`;
    else if (octet > 0x20 && octet < 0x7f) text += character;
    else text += `\\${octet.toString().padStart(3, "0")}`; // RFC 1035 §5.1
  }
  return text;
}

/** Writes names one after another, each suffix once when compressing. */
export class DomainWriter {
  readonly #octets: number[] = [];
  readonly #suffixes: Map<string, number> | undefined;

  constructor(compressed: boolean) {
    this.#suffixes = compressed ? new Map() : undefined;
  }

  /** False, and nothing usable is left, when `name` is no domain name. */
  add(name: string): boolean {
    const labels = labelsOf(name);
    if (labels === undefined) return false;
    for (let index = 0; index < labels.length; index++) {
      const suffix = JSON.stringify(labels.slice(index));
      const seen = this.#suffixes?.get(suffix);
      if (seen !== undefined) {
        this.#octets.push(0xc0 | (seen >>> 8), seen & 0xff);
        return true;
      }
      // A pointer has 14 bits.
      if (this.#octets.length < 0x4000) this.#suffixes?.set(suffix, this.#octets.length);
      this.#octets.push(labels[index]!.length, ...labels[index]!);
    }
    this.#octets.push(0);
    return true;
  }

  bytes(): Uint8Array {
    return Uint8Array.from(this.#octets);
  }
}

/** The labels of "a.b" or "a.b.", as octets; none for ".". Undefined when it is no ASCII domain name. */
function labelsOf(name: string): readonly (readonly number[])[] | undefined {
  if (name === ".") return [];
  const labels: number[][] = [[]];
  let octets = 2;
  for (const [unit] of name.matchAll(/\\\d{3}|\\.|[^\\]|\\$/gsu)) {
    if (unit === ".") labels.push([]);
    else {
      const octet = unit.length === 4 ? Number(unit.slice(1)) : unit.codePointAt(unit.length - 1)!;
      const escaped = unit.length === 4;
      if (unit === "\\" || octet > (escaped ? 255 : 126)) return undefined;
      labels.at(-1)!.push(octet);
    }
    octets++;
  }
  if (labels.length > 1 && labels.at(-1)!.length === 0) {
    labels.pop();
    octets--;
  }
  if (labels.some((label) => label.length === 0 || label.length > LABEL_OCTETS_MAX)) return undefined;
  return octets > NAME_OCTETS_MAX ? undefined : labels;
}
