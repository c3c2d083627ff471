// The rules between fields. All are run, whatever the others and the schema found.
import type { Check } from "./check.ts";
import { classChecks } from "./classes.ts";
import { leaseTimeChecks } from "./lease-times.ts";
import { matcherChecks } from "./matchers.ts";
import { optionChecks } from "./options.ts";
import { poolChecks } from "./pools.ts";
import { reservationChecks } from "./reservations.ts";
import { sendListChecks } from "./send-lists.ts";
import { subnetChecks } from "./subnets.ts";

export const CHECKS: readonly Check[] = [
  ...optionChecks,
  ...sendListChecks,
  ...leaseTimeChecks,
  ...subnetChecks,
  ...poolChecks,
  ...reservationChecks,
  ...classChecks,
  ...matcherChecks,
];
