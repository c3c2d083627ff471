// The network document's shape. What one field can say for itself is checked here; what takes two is in
// cross-check.ts. Values stay as the operator wrote them: the stored document is the one that was applied.
import { parseIpv4 } from "@leasehold/protocol";
import * as z from "zod";
import { parseRange } from "./address-range.ts";
import { optionsSchema } from "./option-schema.ts";
import { section } from "./section.ts";

/** Below four seconds T1, T2 and the end of a lease are no longer three different whole seconds. */
export const LEASE_SECONDS_MIN = 4;
/** A year. "Infinite" is refused: nothing could ever be reclaimed or moved. */
export const LEASE_SECONDS_MAX = 31_536_000;

/** Text that `isValid` accepts; `expected` answers also for what is no text at all. */
function text(expected: string, isValid: (value: string) => boolean) {
  return z.string({ error: expected }).refine(isValid, { error: expected });
}

const name = text("a name of letters, digits, - and _", (value) => /^[A-Za-z0-9][\w-]{0,62}$/.test(value));
const ipv4 = text("an IPv4 address like 10.77.0.1", (value) => parseIpv4(value) !== undefined);
const prefix = text("a prefix like 10.77.0.0/16", (value) => /^[\d.]+\/\d+$/.test(value) && isPrefix(value));
const interfaceName = text("the name of a network interface", (value) => /^[^\s/]{1,15}$/.test(value));
const range = text("a range like 10.77.16.0-10.77.31.255", (value) => parseRange(value) !== undefined);
const className = text("any, known, unknown, or the id of a class", (value) => value !== "");

// Host bits are the business of the cross-checks, which can tell the prefix that was probably meant.
function isPrefix(value: string): boolean {
  const [address, length] = value.split("/");
  return parseIpv4(address!) !== undefined && Number(length) <= 32;
}

const leaseSeconds = `whole seconds from ${LEASE_SECONDS_MIN} to ${LEASE_SECONDS_MAX} (a year)`;
const lease = section({
  seconds: z
    .int({ error: leaseSeconds })
    .min(LEASE_SECONDS_MIN, { error: leaseSeconds })
    .max(LEASE_SECONDS_MAX, { error: leaseSeconds })
    .optional(),
  heldFactor: z
    .number({ error: "a number from 1 to 10" })
    .min(1, { error: "a number from 1 to 10" })
    .max(10, { error: "a number from 1 to 10" })
    .optional(),
});

const serverIdentifier = z.discriminatedUnion(
  "mode",
  [
    section({ mode: z.literal("floating"), address: ipv4 }),
    section({ mode: z.literal("external"), address: ipv4 }),
    section({ mode: z.literal("per-node") }),
  ],
  { error: "a mapping whose mode is one of floating, external, per-node" },
);

const identity = z.enum(["mac", "clientId"]);
const authoritative = z.boolean();

const pool = section({
  range,
  for: className.optional(),
  allocate: z.enum(["dynamic", "reserved-only"]).optional(),
  lease: lease.optional(),
});

const subnet = section({
  id: name,
  prefix,
  interface: interfaceName.optional(),
  relays: z.array(ipv4).optional(),
  sharedNetwork: name.optional(),
  authoritative: authoritative.optional(),
  identity: identity.optional(),
  lease: lease.optional(),
  options: optionsSchema.optional(),
  pools: z.array(pool).optional(),
});

export const networkSchema = section({
  version: z.literal(1),
  cluster: section({ serverIdentifier: serverIdentifier.optional() }).optional(),
  defaults: section({
    lease: lease.optional(),
    options: optionsSchema.optional(),
    identity: identity.optional(),
    authoritative: authoritative.optional(),
  }).optional(),
  subnets: z.array(subnet),
});

export type NetworkDocument = z.infer<typeof networkSchema>;
export type SubnetDocument = NetworkDocument["subnets"][number];
export type PoolDocument = NonNullable<SubnetDocument["pools"]>[number];
export type LeaseDocument = z.infer<typeof lease>;
