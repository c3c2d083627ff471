// The clock that a node's dhcpd reads, in a lab that was built with clocks: libfaketime shifts it by what a file says, and
// looks there when what it knows is older than a second. Its monotonic clock, and the clocks of everything else, are left alone.
import { writeFileSync } from "node:fs";
import type { LabHost } from "./layout.ts";
import type { LabState } from "./state.ts";

const fileOf = (state: LabState, host: LabHost) => `${state.directory}/${host.name}.clock`;

/** How long a program may go on by the old time. */
export const CLOCK_NOTICED_MS = 2200;

/** Sets the clock of the node's dhcpd so many seconds ahead of the machine's; behind it when negative. */
export function shiftClock(state: LabState, host: LabHost, seconds: number): void {
  if (!state.clocks)
    throw new Error(`${host.name} has no clock of its own: build the lab with \`up --clocks\`.`);
  if (!Number.isFinite(seconds)) throw new Error("Say by how many seconds, such as +60 or -3.");
  writeFileSync(fileOf(state, host), `${seconds < 0 ? "" : "+"}${seconds}\n`);
}

/** The words before a program's own that give it the host's clock. */
export function byHostClock(state: LabState, host: LabHost): string[] {
  if (!state.clocks) return [];
  shiftClock(state, host, 0);
  return [
    "env",
    "LD_PRELOAD=libfaketime.so.1",
    "LD_LIBRARY_PATH=/usr/lib/x86_64-linux-gnu/faketime:/usr/lib/aarch64-linux-gnu/faketime",
    `FAKETIME_TIMESTAMP_FILE=${fileOf(state, host)}`,
    "FAKETIME_CACHE_DURATION=1",
    "FAKETIME_DONT_FAKE_MONOTONIC=1",
  ];
}
