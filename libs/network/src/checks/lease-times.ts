// Lease times that are given together are in order.
import type { Finding } from "@leasehold/document";
import type { Check } from "./check.ts";
import { numberOf, type Part, partUnder } from "./parts.ts";
import type { Survey } from "./survey.ts";

export const leaseTimeChecks: readonly Check[] = [timesInOrder];

const IN_ORDER = [
  ["minSeconds", "seconds"],
  ["seconds", "maxSeconds"],
  ["minSeconds", "maxSeconds"],
  ["t1", "t2"],
] as const;

function timesInOrder({ levels }: Survey): Finding[] {
  return levels.flatMap((level) => outOfOrder(partUnder(level, "lease")));
}

function outOfOrder({ path, fields }: Part): Finding[] {
  const hasAll = fields.seconds !== undefined;
  return IN_ORDER.flatMap(([lower, higher]) => {
    const [least, most] = [numberOf(fields[lower]), numberOf(fields[higher])];
    const isFine =
      least === undefined || most === undefined || least < most || (lower !== "t1" && least === most);
    // With all three there, the first two say it.
    if (isFine || (hasAll && lower === "minSeconds" && higher === "maxSeconds")) return [];
    return [
      {
        path: [...path, lower],
        found: String(least),
        expected: `${lower === "t1" ? "less than" : "at most"} ${higher} (${most})`,
      },
    ];
  });
}
