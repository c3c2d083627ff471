// Makes bad messages and records out of good ones: flipped octets, other numbers, other types in a field's place, fields gone and
// doubled, cuts, nesting, and plain noise.
import type { Random } from "../random.ts";

const TOKENS = [
  ...[
    "null",
    "true",
    "[]",
    "{}",
    '""',
    "-1",
    "0.5",
    "1e400",
    "1e15",
    "4294967296",
    "9007199254740993",
    '"x"',
    "[[]]",
  ],
  ...[
    '{"a":{"b":[]}}',
    '"\\u0000"',
    '"\\ud800"',
    '"10.0.0.300"',
    '"2026-13-45T99:00:00Z"',
    `"${"h".repeat(5000)}"`,
  ],
  ...[
    '{"__proto__":{"x":1}}',
    '{"toString":null,"valueOf":null}',
    '[{"toString":0,"valueOf":0}]',
    "[".repeat(500) + "]".repeat(500),
    "NaN",
    "1 2",
    "\n",
    " ",
    "10.0.0.1 -1 {}",
  ],
];
/** Where a value stands in JSON, as well as that can be seen from outside. */
const VALUE = /(?<=[:[,])("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|\[\]|\{\})/g;

export function mutateText(good: string, random: Random): Uint8Array {
  let text = good;
  for (let left = random.below(4); left > 0; left--) text = changed(text, random);
  const octets = Buffer.from(text);
  if (random.below(8) === 0 && octets.length > 0) octets[random.below(octets.length)] = random.next() & 255;
  return octets;
}

function changed(text: string, random: Random): string {
  const token = TOKENS[random.below(TOKENS.length)]!;
  switch (random.below(10)) {
    case 0:
      return text.slice(0, random.below(text.length + 1));
    case 1: {
      const at = random.below(text.length + 1);
      return text.slice(0, at) + token + text.slice(at);
    }
    case 2: {
      const from = random.below(text.length + 1);
      return text.slice(0, from) + text.slice(Math.min(from + random.below(40), text.length));
    }
    case 3:
      return token;
    default:
      return withValue(text, token, random);
  }
}

function withValue(text: string, token: string, random: Random): string {
  const values = [...text.matchAll(VALUE)];
  if (values.length === 0) return text + token;
  const { index, 0: old } = values[random.below(values.length)]!;
  return text.slice(0, index) + token + text.slice(index + old.length);
}
