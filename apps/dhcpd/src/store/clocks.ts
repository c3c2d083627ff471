// What a node goes by: stream time, and its own steady clock.
import type { StreamClock } from "@leasehold/cluster";
import type { Instant } from "@leasehold/leases";
import type { Clocks, MachineClocks } from "../ports.ts";

export function clocksOf(clock: StreamClock, { steady }: MachineClocks): Clocks {
  return { steady, now: () => Math.round(clock.now(steady())) as Instant };
}
