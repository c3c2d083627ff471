// The JSON Schema of the network document, for editors: it completes keys, shows what they mean, and underlines what the
// schema alone can tell. What takes two fields is told by `leasehold diff`.
import * as z from "zod";
import { networkSchema } from "./network-schema.ts";

/** Draft 2020-12, a description on every field. */
export function jsonSchemaOfNetwork(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(networkSchema, {
    target: "draft-2020-12",
    io: "input",
    unrepresentable: "any",
  });
  return { $schema, title: "The network document of Leasehold", ...schema };
}
