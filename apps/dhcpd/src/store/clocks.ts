// What a node goes by: stream time, and its own steady clock.
import type { StreamClock } from "@leasehold/cluster";
import { instant } from "@leasehold/leases";
import type { Clocks, MachineClocks } from "../ports.ts";

export function clocksOf(clock: StreamClock, { steady }: MachineClocks): Clocks {
  return { steady, now: () => instant(Math.round(clock.now(steady()))) };
}
