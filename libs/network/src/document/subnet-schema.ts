// `subnets:` with their pools and reservations, and `sharedNetworks:`.

import { section } from "@leasehold/document";
import * as z from "zod";
import { optionsSchema, sendLists } from "../options/option-schema.ts";
import { IDENTIFIERS } from "../reservations/identifier.ts";
import { boot } from "./boot-schema.ts";
import * as field from "./fields.ts";
import { lease } from "./lease-schema.ts";
import { server } from "./server-schema.ts";

/** How the subnets treat some clients; they may also stand for all subnets at the top of the document. */
export const behaviour = {
  bootp: z
    .enum(["off", "static", "dynamic"])
    .optional()
    .describe(
      "BOOTP clients (RFC 951). `off`: not answered; `static`: only with a reserved address; `dynamic`: also from a pool, forever. Default `off`.",
    ),
  rapidCommit: z
    .boolean()
    .optional()
    .describe("Whether a DISCOVER with option 80 is answered with an ACK at once (RFC 4039). Default false."),
  subnetSelection: z
    .enum(["relayed", "any"])
    .optional()
    .describe(
      "Whose options 82 (link selection) and 118 say which subnet a client is in. `relayed`: what came through a relay agent; a client on the nodes' own link belongs to that link. `any`: also those of clients on the link, which can draw addresses of every subnet then. Default `relayed`.",
    ),
  reservedAddressHeld: z
    .enum(["wait", "pool"])
    .optional()
    .describe(
      "What a client gets while another client still has its reserved address. `wait`: nothing, until it is free. `pool`: an address of a pool; when its own address is free, it gets a NAK at its next renewal, and then its own address. Default `wait`.",
    ),
  ipv6OnlyOffer: z
    .enum(["no-address", "address"])
    .optional()
    .describe(
      "What an IPv6-only capable client is offered if `ipv6OnlyPreferred` is set: 0.0.0.0, or an address of a pool (RFC 8925). Default `no-address`.",
    ),
};

/** What defaults, shared networks and subnets may all say; each field is inherited by itself. */
export const inherited = {
  authoritative: z
    .boolean()
    .optional()
    .describe("Whether unknown clients get a NAK for addresses that they do not have. Default false."),
  identity: z
    .enum(["mac", "clientId"])
    .optional()
    .describe("What identifies a client: the hardware address, or option 61 if it sends one. Default `mac`."),
  unknown: z
    .enum(["lease", "ignore", "quarantine"])
    .optional()
    .describe(
      "Unknown hosts. `lease`: from a pool, like others; `ignore`: never answered; `quarantine`: from a pool for a short time, with a NAK as soon as they are known. Default `lease`.",
    ),
  lease: lease.optional().describe("Lease times."),
  options: optionsSchema.optional().describe("Options that clients get."),
  ...sendLists,
  server: server.optional().describe("Boot fields of the reply."),
  boot: boot.optional().describe("How clients boot over the network."),
};

export const defaults = section(inherited).meta({
  id: "defaults",
  description: "What all shared networks and subnets inherit.",
});

export const sharedNetwork = section({
  id: field.name.describe("The name by which subnets are in it (`sharedNetwork`)."),
  ...inherited,
}).meta({ id: "sharedNetwork", description: "Several subnets on one link." });

const pool = section({
  range: field.range.optional().describe("The first and the last address, both included."),
  ranges: z.array(field.range).min(1).optional().describe("Several of them, instead of `range`."),
  exclude: z
    .array(field.addressOrRange)
    .optional()
    .describe("Addresses inside that are not leased, one by one or as ranges."),
  for: z
    .string({ error: "any, known, unknown, or the id of a class" })
    .min(1, { error: "any, known, unknown, or the id of a class" })
    .meta({ title: "any, known, unknown, or the id of a class" })
    .optional()
    .describe(
      "The clients that it serves: `any`, `known` or `unknown` hosts, or a class by its id. Default `any`.",
    ),
  allocate: z
    .enum(["dynamic", "reserved-only"])
    .optional()
    .describe("`reserved-only`: only reserved addresses are given out. Default `dynamic`."),
  keepForKnown: field
    .wholeNumber(0, 0xffffffff)
    .optional()
    .describe(
      "The number of free addresses that are kept for known hosts. Default: a twentieth of the pool, 1024 at most, as soon as any host is known.",
    ),
  lease: lease.optional().describe("Lease times of this pool."),
  options: optionsSchema.optional().describe("Options that clients with an address of this pool get."),
  ...sendLists,
  server: server.optional().describe("Boot fields that clients with an address of this pool get."),
  boot: boot.optional().describe("How clients with an address of this pool boot over the network."),
}).meta({
  id: "pool",
  description:
    "Addresses that are leased dynamically; the network and broadcast address of the prefix never are. `range` or `ranges` is required.",
});

const reservation = section({
  mac: field.mac.optional().describe("For the client with this hardware address."),
  clientId: field.clientId.optional().describe("For the client with this option 61."),
  uuid: field.uuid.optional().describe("For the machine with this UUID (option 97)."),
  circuitId: field.octets
    .optional()
    .describe("For the client behind this port of a relay agent (option 82.1)."),
  remoteId: field.octets.optional().describe("For the client behind this remote end (option 82.2)."),
  class: field.className.optional().describe("For the clients in this class."),
  address: field.ipv4
    .optional()
    .describe("The address that it gets, here and nowhere else. Without it: only the settings."),
  hostname: field.hostname.optional().describe("The host name that the client gets (option 12)."),
  lease: lease.optional().describe("Lease times of this client."),
  options: optionsSchema
    .optional()
    .describe("Options that this client gets, whether it asks for them or not (RFC 2131 §4.3.1)."),
  ...sendLists,
  server: server.optional().describe("Boot fields that this client gets."),
  boot: boot.optional().describe("How this client boots over the network."),
}).meta({
  id: "reservation",
  description: `An address or settings of one client, named by exactly one of ${IDENTIFIERS.join(", ")}.`,
});

export const reservations = z.array(reservation);

export const subnet = section({
  id: field.name.describe("Part of every lease's record: to rename a subnet is to remove it."),
  prefix: field.prefix.describe("The subnet's addresses; prefixes may not overlap."),
  interface: field.interfaceName
    .optional()
    .describe(
      "The interface of the nodes on its link; it is on no other link. Default: the link on which a node has an address of this subnet.",
    ),
  relays: z
    .array(field.ipv4)
    .optional()
    .describe(
      "Relay agents (giaddr) whose clients belong to this subnet. Default: any relay agent with an address in it.",
    ),
  sharedNetwork: field.name
    .optional()
    .describe("Subnets with the same name are on one link; a client there may be served from any of them."),
  vss: field.vss.optional().describe("The VPN that it is in (RFC 6607). Default: the global one."),
  ...inherited,
  ...behaviour,
  pools: z.array(pool).optional().describe("Addresses that are leased dynamically."),
  reservations: reservations.optional().describe("Addresses and settings of single clients."),
}).meta({ id: "subnet", description: "A prefix, and how clients in it are served." });

export type InheritedDocument = z.infer<typeof defaults>;
export type SharedNetworkDocument = z.infer<typeof sharedNetwork>;
export type PoolDocument = z.infer<typeof pool>;
export type ReservationDocument = z.infer<typeof reservation>;
export type SubnetDocument = z.infer<typeof subnet>;
