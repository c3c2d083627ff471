// `classes:` and `ignore:`: which clients are alike, what they get, and who gets nothing.

import { section } from "@leasehold/document";
import * as z from "zod";
import { optionsSchema, sendLists } from "../options/option-schema.ts";
import { boot } from "./boot-schema.ts";
import * as field from "./fields.ts";
import { lease } from "./lease-schema.ts";
import { matcher } from "./matcher-schema.ts";
import { server } from "./server-schema.ts";

export const clientClass = section({
  id: field.name.describe("How pools, reservations and other classes name it."),
  match: matcher,
  policy: z
    .enum(["ignore", "decommission"])
    .optional()
    .describe(
      "`ignore`: these clients are never answered. `decommission`: only a REQUEST is answered, with a NAK.",
    ),
  lease: lease.optional().describe("Lease times of these clients."),
  options: optionsSchema
    .optional()
    .describe("Options that these clients get, whether they ask for them or not (RFC 2131 §4.3.1)."),
  ...sendLists,
  server: server.optional().describe("Boot fields that these clients get."),
  boot: boot.optional().describe("How these clients boot over the network."),
}).meta({ id: "class", description: "A set of clients, and their settings." });

export const ignored = section({
  mac: field.mac.optional().describe("This hardware address."),
  macPrefix: field.macPrefix.optional().describe("All hardware addresses that begin so."),
});

export type ClassDocument = z.infer<typeof clientClass>;
