// `lease:` as it may stand at every level: how long addresses are given, and when clients are to renew them.

import { section } from "@leasehold/document";
import * as z from "zod";
import { share } from "./fields.ts";

/** Below four seconds T1, T2 and the end of a lease are no longer three different whole seconds. */
export const LEASE_SECONDS_MIN = 4;
/** A year. "Infinite" is refused: nothing could ever be reclaimed or moved. */
export const LEASE_SECONDS_MAX = 31_536_000;

const WHOLE_SECONDS = `whole seconds from ${LEASE_SECONDS_MIN} to ${LEASE_SECONDS_MAX} (a year)`;
const leaseSeconds = z
  .int({ error: WHOLE_SECONDS })
  .min(LEASE_SECONDS_MIN, { error: WHOLE_SECONDS })
  .max(LEASE_SECONDS_MAX, { error: WHOLE_SECONDS });
const factor = z
  .number({ error: "a number from 1 to 10" })
  .min(1, { error: "a number from 1 to 10" })
  .max(10, { error: "a number from 1 to 10" });

const PROBATION = "whole seconds from 10 to 31536000 (a year)";
const probation = z
  .int({ error: PROBATION })
  .min(10, { error: PROBATION })
  .max(LEASE_SECONDS_MAX, { error: PROBATION });

export const lease = section({
  seconds: leaseSeconds
    .optional()
    .describe("The lease time of clients that do not ask for one. Default 3600."),
  minSeconds: leaseSeconds
    .optional()
    .describe("The shortest time that a client may ask for (option 51). Default: `seconds`."),
  maxSeconds: leaseSeconds
    .optional()
    .describe("The longest time that a client may ask for (option 51). Default: `seconds`."),
  heldFactor: factor
    .optional()
    .describe(
      "How many times longer than the lease time the store keeps the address for the client. Default 2.",
    ),
  t1: share
    .optional()
    .describe(
      "The fraction of the lease time after which a client renews with its server (option 58). Default 0.5.",
    ),
  t2: share
    .optional()
    .describe(
      "The fraction of the lease time after which a client rebinds with any server (option 59). Default 0.875.",
    ),
  probationSeconds: probation
    .optional()
    .describe(
      "The probation of an address that a client declined or that a probe found in use. Default 86400.",
    ),
}).meta({ id: "lease", description: "Lease times; each field is inherited by itself." });

export type LeaseDocument = z.infer<typeof lease>;
