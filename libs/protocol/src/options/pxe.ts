// What PXE puts into option 43 (Preboot Execution Environment 2.1, table 2-1).

import { u16 } from "../values/octets.ts";
import type { Ipv4 } from "../values/values.ts";
import { ipv4, ipv4s } from "./shapes/addresses.ts";
import { u8, u16 as u16Shape } from "./shapes/numbers.ts";
import { record } from "./shapes/record.ts";
import { fieldsOf, joinAll, listed, type Shape } from "./shapes/shape.ts";
import { encapsulatedOptions } from "./shapes/sub-options.ts";
import { text } from "./shapes/text.ts";

/** The bits of `discoveryControl`: how a client looks for boot servers. */
export const DiscoveryControl = {
  NO_BROADCAST: 1,
  NO_MULTICAST: 2,
  LISTED_SERVERS_ONLY: 4,
  /** Take the boot file of the offer at once, with no prompt, menu or discovery. */
  SKIP_DISCOVERY: 8,
} as const;

/** Boot servers of a type (0 is "bootstrap", 1 … 0x7fff by vendor, 0x8000 up by site). */
export interface PxeBootServers {
  readonly type: number;
  readonly addresses: readonly Ipv4[];
}

/** A line of the menu; type 0 boots from the local disk. */
export interface PxeMenuLine {
  readonly type: number;
  readonly description: string;
}

export interface PxeOptions {
  /** Sub-option 6: bits of `DiscoveryControl`. */
  readonly discoveryControl?: number;
  /** Sub-option 7. */
  readonly multicastAddress?: Ipv4;
  /** Sub-option 8. */
  readonly bootServers?: readonly PxeBootServers[];
  /** Sub-option 9. */
  readonly bootMenu?: readonly PxeMenuLine[];
  /** Sub-option 10: seconds until the first line of the menu is taken; 0 at once, 255 never. */
  readonly menuPrompt?: { readonly timeout: number; readonly prompt: string };
  /** Sub-option 71: what the client chose, or is given. */
  readonly bootItem?: { readonly type: number; readonly layer: number };
}

/** A list of entries: a type in two octets, a count in one, and that many elements of `size` octets each. */
function typedList<Name extends string, Value>(
  name: Name,
  size: number,
  element: Shape<Value>,
  none: Value,
): Shape<readonly ({ readonly type: number } & { readonly [N in Name]: Value })[]> {
  type Entry = { readonly type: number } & { readonly [N in Name]: Value };
  return {
    expected: `a list of { type: 1, ${name}: ${element.expected} }`,
    read(bytes, start, end) {
      const found: Entry[] = [];
      for (let at = start; at < end; ) {
        const next = at + 3 + (at + 2 < end ? bytes[at + 2]! * size : 0);
        if (next > end) return undefined;
        const value = next === at + 3 ? none : element.read(bytes, at + 3, next);
        if (value === undefined) return undefined;
        found.push({ type: u16(bytes, at), [name]: value } as Entry);
        at = next;
      }
      return found;
    },
    write: (value) => joinAll(listed(value).map((entry) => writeTyped(fieldsOf(entry), name, size, element))),
  };
}

function writeTyped(
  entry: Readonly<Record<string, unknown>> | undefined,
  name: string,
  size: number,
  element: Shape<unknown>,
): Uint8Array | undefined {
  const value = entry?.[name];
  const octets = Array.isArray(value) && value.length === 0 ? new Uint8Array(0) : element.write(value);
  const count = octets === undefined ? undefined : u8.write(octets.length / size);
  return joinAll([u16Shape.write(entry?.type), count, octets]);
}

const bootServers = typedList("addresses", 4, ipv4s, []);
const bootMenu = typedList("description", 1, text, "");

const SUB_OPTIONS: readonly (readonly [code: number, name: keyof PxeOptions, shape: Shape<unknown>])[] = [
  [6, "discoveryControl", u8],
  [7, "multicastAddress", ipv4],
  [8, "bootServers", bootServers],
  [9, "bootMenu", bootMenu],
  [10, "menuPrompt", record({ timeout: u8, prompt: text })],
  [71, "bootItem", record({ type: u16Shape, layer: u16Shape })],
];

/**
 * Reads option 43 of a PXE client or server; only for one whose option 60 starts with "PXEClient", since these octets
 * mean something else to every vendor. Sub-options that are unknown or not of their shape are left out; undefined when
 * a length runs past the end.
 */
export function decodePxe(bytes: Uint8Array): PxeOptions | undefined {
  const found = encapsulatedOptions.read(bytes, 0, bytes.length);
  if (found === undefined) return undefined;
  const options: Record<string, unknown> = {};
  for (const [code, name, shape] of SUB_OPTIONS) {
    const octets = found.get(code);
    const value = octets && shape.read(octets, 0, octets.length);
    if (value !== undefined) options[name] = value;
  }
  return options;
}

/** The octets of option 43 for PXE, END included. Throws RangeError that names what does not fit. */
export function encodePxe(options: PxeOptions): Uint8Array {
  const values = new Map<number, Uint8Array>();
  for (const [code, name, shape] of SUB_OPTIONS) {
    if (options[name] === undefined) continue;
    const octets = shape.write(options[name]);
    if (octets === undefined || octets.length > 255) {
      throw new RangeError(`PXE option ${name} (${code}): expected ${shape.expected}, of up to 255 octets`);
    }
    values.set(code, octets);
  }
  return encapsulatedOptions.write(values)!;
}
