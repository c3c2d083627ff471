// The schema over a whole document, its reservations some at a time: of those there may be tens of thousands.

import type { Parsed } from "@leasehold/document";
import type * as z from "zod";
import { fieldsOf, isMapping, itemsOf } from "../checks/parts.ts";
import { type NetworkDocument, networkSchema } from "./network-schema.ts";
import { type ReservationDocument, reservations } from "./subnet-schema.ts";

/** So many take some milliseconds. */
export const RESERVATIONS_A_STEP = 250;

type Issue = z.core.$ZodIssue;

/** What the schema makes of it, or everything that the schema finds wrong with it; as at once, but for the order of issues. */
export function* parseInSteps(value: unknown): Generator<void, Parsed<NetworkDocument>, void> {
  const lists = longLists(value);
  const rest = networkSchema.safeParse(lists.size === 0 ? value : withoutLists(value, lists));
  const issues: Issue[] = rest.success ? [] : [...rest.error.issues];
  for (const [subnet, list] of lists) {
    const parsed: ReservationDocument[] = [];
    for (let first = 0; first < list.length; first += RESERVATIONS_A_STEP) {
      yield;
      const some = reservations.safeParse(list.slice(first, first + RESERVATIONS_A_STEP));
      if (some.success) parsed.push(...some.data);
      else issues.push(...some.error.issues.map((issue) => moved(issue, subnet, first)));
    }
    if (rest.success) rest.data.subnets[subnet]!.reservations = parsed;
  }
  if (issues.length > 0) return { success: false, error: { issues } };
  return rest;
}

/** By the index of their subnet. */
function longLists(value: unknown): ReadonlyMap<number, readonly unknown[]> {
  const subnets = itemsOf(fieldsOf(value).subnets);
  return new Map(
    subnets.flatMap((subnet, i) => {
      const list = itemsOf(fieldsOf(subnet).reservations);
      return list.length > RESERVATIONS_A_STEP ? [[i, list] as const] : [];
    }),
  );
}

function withoutLists(value: unknown, lists: ReadonlyMap<number, unknown>): unknown {
  const subnets = itemsOf(fieldsOf(value).subnets);
  return {
    ...fieldsOf(value),
    subnets: subnets.map((subnet, i) =>
      isMapping(subnet) && lists.has(i) ? { ...subnet, reservations: [] } : subnet,
    ),
  };
}

function moved(issue: Issue, subnet: number, first: number): Issue {
  const [index, ...within] = issue.path;
  return { ...issue, path: ["subnets", subnet, "reservations", first + Number(index), ...within] };
}
