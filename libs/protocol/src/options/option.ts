// Options by name and by code, and their values to and from octets, as the option table says.

import type { Ipv4 } from "../values/values.ts";
import { OPTIONS } from "./option-table.ts";
import { SHAPES, type ShapeName, type ShapeValue } from "./shapes/index.ts";
import type { Shape } from "./shapes/shape.ts";

type OptionRow = (typeof OPTIONS)[number];
/** The name of an option of the table: "subnetMask", "routers" … */
export type OptionName = OptionRow[1];
/** What `get` and `decodeOption` give for an option. */
export type OptionValue<Name extends OptionName> = Name extends OptionName
  ? ShapeValue<Extract<OptionRow, readonly [number, Name, ...unknown[]]>[2]>
  : never;

/** What an operator may write for a value: addresses as text, octets as hex text, one item for a list of one. */
type Written<Value> = Value extends Ipv4 | Uint8Array
  ? Value | string
  : Value extends readonly (infer Item)[]
    ? readonly Written<Item>[] | Written<Item>
    : Value;
/** What `encodeOption` takes for an option; unchecked where the name is not known before it runs. */
export type OptionInput<Name extends OptionName> = OptionName extends Name
  ? unknown
  : Written<OptionValue<Name>>;

export interface OptionDefinition<Name extends OptionName = OptionName> {
  readonly code: number;
  readonly name: Name;
  readonly shape: ShapeName;
  /** RFC and section. */
  readonly definedIn: string;
  /** What a value must be, for people. */
  readonly expected: string;
}

/** An option with the codec of its values. */
export interface OptionCodec<Name extends OptionName = OptionName> extends OptionDefinition<Name> {
  readonly codec: Shape<unknown>;
}

const byCode: (OptionCodec | undefined)[] = new Array(256).fill(undefined);
const byName = new Map<string, OptionCodec>();
for (const [code, name, shape, definedIn] of OPTIONS) {
  const codec: Shape<unknown> = SHAPES[shape];
  const entry: OptionCodec = { code, name, shape, definedIn, expected: codec.expected, codec };
  byCode[code] = entry;
  byName.set(name, entry);
}

/** For `Packet.read`, where every packet is asked for the option. Undefined for a name that is not in the table. */
export function optionCodec<Name extends OptionName>(name: Name): OptionCodec<Name>;
export function optionCodec(name: string): OptionCodec | undefined;
export function optionCodec(name: string): OptionCodec | undefined {
  return byName.get(name);
}

/** The definition of an option of the table; undefined for a name that is not in it. */
export function optionByName<Name extends OptionName>(name: Name): OptionDefinition<Name>;
export function optionByName(name: string): OptionDefinition | undefined;
export function optionByName(name: string): OptionDefinition | undefined {
  return byName.get(name);
}

/** The definition behind a code; undefined for a code that the table does not have. */
export function optionByCode(code: number): OptionDefinition | undefined {
  return byCode[code];
}

/** A value that does not fit its option, in the words that an operator is told. */
export class OptionError extends RangeError {
  override readonly name = "OptionError";
  readonly option: string;
  readonly found: string;
  readonly expected: string;

  constructor(option: string, found: string, expected: string) {
    super(`option ${option}: found ${found}, expected ${expected}`);
    this.option = option;
    this.found = found;
    this.expected = expected;
  }
}

/**
 * The octets of an option's value, without code and length: any length, `encode` splits over 255 (RFC 3396). Takes a
 * value as `decodeOption` gives it, or as YAML has it ("10.0.0.1", hex, one item for a list of one).
 * Throws OptionError (a RangeError) that names the option, what was found and what is expected.
 */
export function encodeOption<Name extends OptionName>(name: Name, value: OptionInput<Name>): Uint8Array {
  const entry = byName.get(name);
  if (entry === undefined)
    throw new OptionError(String(name), "no such option", "a name of the option table");
  const octets = entry.codec.write(value);
  if (octets === undefined) throw new OptionError(`${name} (${entry.code})`, shown(value), entry.expected);
  return octets;
}

/** The value in an option's octets; undefined when they are not of its shape (wrong length, length that lies …). */
export function decodeOption<Name extends OptionName>(
  name: Name,
  octets: Uint8Array,
): OptionValue<Name> | undefined {
  return byName.get(name)?.codec.read(octets, 0, octets.length) as OptionValue<Name> | undefined;
}

function shown(value: unknown): string {
  if (value instanceof Uint8Array) return `${value.length} octets`;
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
