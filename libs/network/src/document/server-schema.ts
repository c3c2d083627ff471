// `server:`: the fixed fields of a reply that tell a client where to boot from.

import { section } from "@leasehold/document";
import type * as z from "zod";
import { fieldText, ipv4 } from "./fields.ts";

export const server = section({
  nextServer: ipv4.optional().describe("The address of the next server to boot from (siaddr)."),
  name: fieldText(63).optional().describe("The name of that server (sname)."),
  file: fieldText(127).optional().describe("The boot file (file)."),
}).meta({
  id: "server",
  description:
    "Boot fields of the reply; each is inherited by itself. As options: tftpServerName, bootFileName.",
});

export type ServerDocument = z.infer<typeof server>;
