// The rules between fields. All are run, whatever the others and the schema found.
import { profileChecks } from "../profiles/profile-checks.ts";
import { bootChecks, bootLevelChecks } from "./boot.ts";
import type { Check } from "./check.ts";
import { classChecks } from "./classes.ts";
import { leaseTimeChecks } from "./lease-times.ts";
import { matcherChecks } from "./matchers.ts";
import { optionChecks, optionLevelChecks } from "./options.ts";
import { poolChecks } from "./pools.ts";
import { reservationChecks } from "./reservations.ts";
import { sendListChecks } from "./send-lists.ts";
import { subnetChecks } from "./subnets.ts";

export const CHECKS: readonly Check[] = [
  ...optionChecks,
  ...subnetChecks,
  ...poolChecks,
  ...reservationChecks,
  ...classChecks,
  ...matcherChecks,
  ...bootChecks,
  ...profileChecks,
];

/** Those that look at each level by itself: `levels` may be given to them in parts. */
export const LEVEL_CHECKS: readonly Check[] = [
  ...optionLevelChecks,
  ...sendListChecks,
  ...leaseTimeChecks,
  ...bootLevelChecks,
];
