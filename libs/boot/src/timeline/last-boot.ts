// Of a machine's events, those of its last boot. A boot begins where firmware asks DHCP, or where a loader in a ROM does that has had its script
// before.
import type { BootEvent } from "./boot-event.ts";

/** Strategies of what runs first. A loader in a ROM is among the others: it cannot be told from one that was loaded. */
const FIRMWARE: ReadonlySet<string> = new Set(["PXE", "HTTP boot", "U-Boot", "Raspberry Pi"]);

/** Oldest first, both. */
export function lastBoot(events: readonly BootEvent[]): readonly BootEvent[] {
  let start = 0;
  let hadScript = false;
  events.forEach((event, i) => {
    if (i > 0 && begins(event, events[i - 1]!, hadScript)) {
      start = i;
      hadScript = false;
    }
    if (event.stage === "script" || event.stage === "loop") hadScript = true;
  });
  return events.slice(start);
}

function begins(event: BootEvent, before: BootEvent, hadScript: boolean): boolean {
  if (event.via !== "dhcp") return false;
  if (!FIRMWARE.has(event.strategy ?? "")) return hadScript;
  // It asks again until it is answered, and several nodes may answer.
  return before.via !== "dhcp" || before.strategy !== event.strategy;
}
