// The brake on mass deletion: an inventory that loses many hosts at once is more likely broken than empty. What would be
// lost is held as it is until a person lets it go; everything else goes on.
import type { Draft, Drafts } from "./draft.ts";
import type { PresentEvent } from "./stored-hosts.ts";

export interface BrakeSettings {
  /** Both must be exceeded. */
  readonly percent: number;
  readonly hosts: number;
}

/** The ids to hold, out of those that would be lost. An empty list of rows is held unless it is one host that went. */
export function heldBack(
  past: ReadonlyMap<string, PresentEvent>,
  { seen, awaited }: Drafts,
  options: { brake: BrakeSettings; released: ReadonlySet<string>; isEmpty: boolean },
): ReadonlySet<string> {
  const lost = [...past].filter(
    ([id, event]) => isLoss(event, seen.get(id)) && !awaited.has(id) && !options.released.has(id),
  );
  const { percent, hosts } = options.brake;
  const isMany = lost.length > hosts && lost.length * 100 > past.size * percent;
  const isWiped = options.isEmpty && lost.length > 1;
  return new Set(isMany || isWiped ? lost.map(([id]) => id) : []);
}

/** Gone, without the addresses that it had, or no longer described. */
function isLoss({ host }: PresentEvent, draft: Draft | undefined): boolean {
  if (host === undefined) return false;
  if (draft === undefined) return true;
  const hadAddresses = host.interfaces.some(({ addresses }) => addresses.length > 0);
  const hasAddresses = draft.interfaces.some(({ addresses }) => addresses.length > 0);
  return (hadAddresses && !hasAddresses) || (host.type !== undefined && draft.attributes.type === undefined);
}
