// The network document's shape. What one field can say for itself is checked here; what takes two is in checks/. Values
// stay as the operator wrote them: the stored document is the one that was applied.

import { section } from "@leasehold/document";
import * as z from "zod";
import { bootSection } from "../profiles/profile-schema.ts";
import { clientClass, ignored } from "./class-schema.ts";
import { ipv4, wholeNumber } from "./fields.ts";
import { optionDefinition } from "./option-definition-schema.ts";
import { behaviour, defaults, sharedNetwork, subnet } from "./subnet-schema.ts";

const serverIdentifier = z.discriminatedUnion(
  "mode",
  [
    section({
      mode: z.literal("floating").describe("One address that the cluster moves to a node that is alive."),
      address: ipv4.describe("The address that clients see as the server (option 54)."),
    }),
    section({
      mode: z.literal("external").describe("One address that the site gives to one node or another."),
      address: ipv4.describe("The address that clients see as the server (option 54)."),
    }),
    section({ mode: z.literal("per-node").describe("Each node's own address.") }),
  ],
  { error: "a mapping whose mode is one of floating, external, per-node" },
);

const rate = section({
  packets: wholeNumber(1, 1_000_000).describe("How many may come at once."),
  perSeconds: wholeNumber(1, 86_400, "whole seconds").describe("Within how long that many may come again."),
}).meta({ id: "rate", description: "At most `packets` packets in `perSeconds` seconds." });

const limits = section({
  client: rate.optional().describe("For one client. Default: no limit."),
  relayPort: rate.optional().describe("For one port of a relay agent (option 82). Default: no limit."),
  total: rate.optional().describe("For all clients, on each node. Default: no limit."),
  declinesOfClient: wholeNumber(1, 1_000_000)
    .optional()
    .describe(
      "Maximum number of addresses in probation because of one client's DECLINEs; further DECLINEs of this client are ignored. Default 3.",
    ),
  declinesOfRelayPort: wholeNumber(1, 1_000_000)
    .optional()
    .describe("The same for all clients behind one port of a relay agent (option 82). Default 16."),
  offersMax: wholeNumber(1, 10_000_000)
    .optional()
    .describe("Maximum number of open offers on each node. Default: no limit."),
}).meta({ id: "limits", description: "Limits above which packets are dropped and counted." });

const PROBE = 'a mapping with waitMs, or "off"';
const conflictProbe = z.union(
  [
    z.literal("off"),
    section({ waitMs: wholeNumber(10, 5000, "milliseconds").describe("How long to wait for an answer.") }),
  ],
  { error: PROBE },
);

export const networkSchema = section({
  version: z.literal(1).describe("The version of this format."),
  compatibility: z
    .enum(["strict", "lenient"])
    .optional()
    .describe(
      "`lenient`: known deviations of clients from the RFCs are accepted. `strict`: they are not. Default `lenient`.",
    ),
  cluster: section({
    serverIdentifier: serverIdentifier
      .optional()
      .describe("The server identifier that clients see (option 54). Default: each node's own address."),
    withoutQuorum: z
      .enum(["reserved", "renewals-only"])
      .optional()
      .describe(
        "Who is served, up to the stored expiry, while no majority of the store takes writes. `reserved`: renewals, and hosts that start again on their reserved address. Default `reserved`.",
      ),
  })
    .optional()
    .describe("The server identifier, and the behaviour without a majority."),
  optionDefinitions: z
    .array(optionDefinition)
    .optional()
    .describe("Options that IANA's registry does not have, usable by name in every `options`."),
  defaults: defaults.optional().describe("What shared networks and subnets inherit."),
  sharedNetworks: z
    .array(sharedNetwork)
    .optional()
    .describe(
      "What the subnets of one link inherit, after `defaults`. One that says nothing needs no entry.",
    ),
  subnets: z.array(subnet).describe("The subnets; if several match, the first one counts."),
  classes: z
    .array(clientClass)
    .optional()
    .describe(
      "Sets of clients. A client may be in several; if two set the same value, the later one counts.",
    ),
  ignore: z.array(ignored).optional().describe("Clients that are never answered."),
  boot: bootSection.optional().describe("Boot profiles: what machines run."),
  limits: limits.optional().describe("Limits above which packets are dropped and counted."),
  ...behaviour,
  conflictProbe: conflictProbe
    .optional()
    .describe(
      "Whether an address is probed on the link before it is offered to a new client. Default `off`.",
    ),
  leasequery: section({
    peers: z
      .array(ipv4)
      .optional()
      .describe(
        "Addresses of relay agents and others that may send leasequeries (RFC 4388, 6926). If there is one, lease records also keep options 60 and 61. Default: none.",
      ),
  })
    .optional()
    .describe("Leasequery."),
});

export type NetworkDocument = z.infer<typeof networkSchema>;
