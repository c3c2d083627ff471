// What JSON Schema can say of an option's value, for editors: enough to complete and to underline the obvious; the codec
// has the last word.
import type { OptionDefinition } from "@leasehold/protocol";

type Shape = OptionDefinition["shape"];
type JsonSchema = Readonly<Record<string, unknown>>;

const text = { type: "string" };
const boolean = { type: "boolean" };
const address = { type: "string", format: "ipv4" };
const integer = (minimum: number, maximum: number) => ({ type: "integer", minimum, maximum });
const oneOrMore = (item: JsonSchema) => ({ anyOf: [item, { type: "array", items: item, minItems: 1 }] });

const KNOWN: Partial<Record<Shape, JsonSchema>> = {
  u8: integer(0, 0xff),
  u16: integer(0, 0xffff),
  u32: integer(0, 0xffffffff),
  i32: integer(-0x80000000, 0x7fffffff),
  u8s: oneOrMore(integer(0, 0xff)),
  u16s: oneOrMore(integer(0, 0xffff)),
  boolean,
  flag: { const: true },
  text,
  bytes: text,
  ipv4: address,
  ipv4s: oneOrMore(address),
  domain: text,
  domains: oneOrMore(text),
  searchList: oneOrMore(text),
  userClasses: oneOrMore(text),
  uris: oneOrMore(text),
};

/** Nothing for a shape with parts: any value is let through to the codec. */
export function jsonSchemaOfShape(shape: Shape): JsonSchema {
  return KNOWN[shape] ?? {};
}
