// A record: named fields one after another, the last of which may be of any length.

import { fieldsOf, joinAll, type Shape } from "./shape.ts";

// biome-ignore lint/suspicious/noExplicitAny: a record takes fields of every type.
type Fields = Readonly<Record<string, Shape<any>>>;
type RecordOf<F extends Fields> = { readonly [K in keyof F]: F[K] extends Shape<infer V> ? V : never };

/** Every field but the last one needs a fixed size. A record is read only when its fields take all octets. */
export function record<F extends Fields>(fields: F): Shape<RecordOf<F>> {
  const entries = Object.entries(fields);
  return {
    expected: `{ ${entries.map(([name, shape]) => `${name}: ${shape.expected}`).join(", ")} }`,
    read(from, start, end) {
      const value: Record<string, unknown> = {};
      let at = start;
      for (const [name, shape] of entries) {
        const next = shape.size === undefined ? end : at + shape.size;
        if (next > end) return undefined;
        const field = shape.read(from, at, next);
        if (field === undefined) return undefined;
        value[name] = field;
        at = next;
      }
      return at === end ? (value as RecordOf<F>) : undefined;
    },
    write(value) {
      const given = fieldsOf(value);
      return given && joinAll(entries.map(([name, shape]) => shape.write(given[name])));
    },
  };
}
