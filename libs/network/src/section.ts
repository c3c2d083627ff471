// A mapping of the document whose keys are all known. Its error message carries the keys, so that an unknown one can
// be answered with the key that was probably meant.
import * as z from "zod";

const PREFIX = "one of ";
/** Longer lists (the DHCP options) are not repeated to the person who mistyped one. */
const KEYS_SHOWN = 20;

/** A strict object: unknown keys are errors. */
export function section<Shape extends z.ZodRawShape>(shape: Shape, expected = "a mapping") {
  const keys = PREFIX + Object.keys(shape).join(", ");
  return z.strictObject(shape, {
    error: (issue) => (issue.code === "unrecognized_keys" ? keys : expected),
  });
}

/** What to tell about an unknown key, from the message that `section` gave. */
export function adviseOnKey(key: string, message: string): { expected: string; fix: string } {
  const known = message.startsWith(PREFIX) ? message.slice(PREFIX.length).split(", ") : [];
  const meant = closest(key, known);
  return {
    expected: known.length > KEYS_SHOWN ? "a known name (see the reference)" : message,
    fix: meant ? `Write "${meant}" if that was meant.` : "Remove it, or correct its name.",
  };
}

function closest(key: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((name) => ({ name, distance: distance(key.toLowerCase(), name.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(1, Math.floor(key.length / 3)) ? best.name : undefined;
}

// Levenshtein, row by row; a key of a document is short, and a long one is not a typing mistake.
function distance(a: string, b: string): number {
  if (a.length > 64) return Number.POSITIVE_INFINITY;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, substituted));
    }
    row = next;
  }
  return row[b.length]!;
}
