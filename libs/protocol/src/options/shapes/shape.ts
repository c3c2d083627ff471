// A wire shape: how a kind of value stands in an option. The option table names one for each option, and a record is
// built out of others.

/**
 * `read` takes the value from `bytes[start..end)`, or gives undefined when it cannot be one; it never throws and never
 * reads outside. `write` takes a value as `read` gives it, or as an operator writes it in YAML ("10.0.0.1", "0x0a1b",
 * one item for a list of one), and gives its octets; undefined when it is not of this shape.
 */
export interface Shape<Value> {
  /** What is expected, for a message to an operator: "an IPv4 address". */
  readonly expected: string;
  /** The octets that each value takes, where that is fixed: a record needs it of all but its last field. */
  readonly size?: number;
  read(bytes: Uint8Array, start: number, end: number): Value | undefined;
  write(value: unknown): Uint8Array | undefined;
}

/** A list of values of a fixed size one after another; at least `least` of them. A lone item is a list of one. */
export function listOf<Value>(
  item: Shape<Value> & { readonly size: number },
  expected: string,
  least = 1,
): Shape<readonly Value[]> {
  return {
    expected,
    read(bytes, start, end) {
      const count = (end - start) / item.size;
      if (!Number.isInteger(count) || count < least) return undefined;
      const values: Value[] = [];
      for (let at = start; at < end; at += item.size) {
        const value = item.read(bytes, at, at + item.size);
        if (value === undefined) return undefined;
        values.push(value);
      }
      return values;
    },
    write(value) {
      const items = listed(value);
      return items.length < least ? undefined : joinAll(items.map((one) => item.write(one)));
    },
  };
}

/** The items of a list; a lone value is a list of one. */
export function listed(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** The parts one after another; undefined as soon as one of them is. */
export function joinAll(parts: readonly (Uint8Array | undefined)[]): Uint8Array | undefined {
  let size = 0;
  for (const part of parts) {
    if (part === undefined) return undefined;
    size += part.length;
  }
  const joined = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    joined.set(part!, at);
    at += part!.length;
  }
  return joined;
}

/** The fields of a value that is an object with them; undefined when it is not an object. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}
