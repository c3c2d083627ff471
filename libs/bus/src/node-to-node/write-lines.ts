// Writes from one node to another: a line of words first, then a line a write: key, expected revision, value. Values are JSON, which
// has no line end in it. One message holds a batch, so that neither side handles a message a write.
/** A write to a key of a bucket. */
export interface KeyWrite {
  readonly key: string;
  readonly data: Uint8Array;
  /** The revision of the key's newest record; 0 when there is none. */
  readonly expected: number;
}

const encoder = new TextEncoder();
const LINE_END = 10;
const SPACE = 32;

export function encodeWrites(words: readonly (string | number)[], writes: readonly KeyWrite[]): Uint8Array {
  const pieces: Uint8Array[] = [encoder.encode(`${words.join(" ")}\n`)];
  for (const { key, expected, data } of writes)
    pieces.push(encoder.encode(`${key} ${expected} `), data, Uint8Array.of(LINE_END));
  return Buffer.concat(pieces);
}

/** The words and the writes; undefined for what is none. The values are views of `octets`. */
export function decodeWrites(octets: Uint8Array): { words: string[]; writes: KeyWrite[] } | undefined {
  const text = Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength);
  const writes: KeyWrite[] = [];
  let end = text.indexOf(LINE_END);
  if (end < 0) return undefined;
  const words = text.toString("latin1", 0, end).split(" ");
  for (let at = end + 1; at < text.length; at = end + 1) {
    end = text.indexOf(LINE_END, at);
    const keyEnd = text.indexOf(SPACE, at);
    const expectedEnd = text.indexOf(SPACE, keyEnd + 1);
    if (end < 0 || keyEnd < at || expectedEnd < keyEnd || expectedEnd > end) return undefined;
    const expected = Number(text.toString("latin1", keyEnd + 1, expectedEnd));
    if (!Number.isSafeInteger(expected) || expected < 0) return undefined;
    writes.push({
      key: text.toString("latin1", at, keyEnd),
      expected,
      data: text.subarray(expectedEnd + 1, end),
    });
  }
  return writes.length > 0 ? { words, writes } : undefined;
}
