// What was run, in lines for people: a report without packets or checks shows that nothing was proven.
import { messageTypeName } from "@leasehold/protocol";
import type { Tally } from "./tally.ts";

export function reportOf(tally: Tally, cpuSeconds: number): string {
  const runs = tally.of("runs");
  const hours = (runs.get("simulated ms") ?? 0) / 3_600_000;
  const replies = [...tally.of("replies")].map(
    ([type, count]) => `${count} ${messageTypeName(Number(type))}`,
  );
  return [
    `${runs.get("done")} runs, ${hours.toFixed(1)} simulated hours, ${cpuSeconds.toFixed(0)} s of CPU`,
    `packets   ${tally.total("packets")} from clients; ${replies.join(", ")}; heeded ${listed(tally, "heeded")}`,
    `stored    ${listed(tally, "stored")}`,
    `shared    ${listed(tally, "shared")}`,
    `faults    ${listed(tally, "faults")}`,
    `checked   ${listed(tally, "checked")}`,
  ].join("\n");
}

function listed(tally: Tally, group: string): string {
  const counts = [...tally.of(group)].sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }));
  return counts.map(([what, count]) => `${what} ${count}`).join(", ") || "nothing";
}
