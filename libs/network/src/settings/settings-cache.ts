// Settings by place and set of classes, merged when the first client needs them and then kept: the packet path looks up,
// it does not merge.
import type { ClassSet, ClassSets } from "../classes/class-sets.ts";
import type { ClientClass, CompiledClass } from "../classes/client-class.ts";
import type { CompiledSubnet } from "../compile-subnet.ts";
import type { DocumentReservation, Pool, Settings, Subnet } from "../network.ts";
import type { CompiledPool } from "../pools/compile-pool.ts";
import type { CompiledReservation } from "../reservations/reservations.ts";
import type { Level } from "./level.ts";
import { merge, settingsOf } from "./merge.ts";

export class SettingsCache {
  private readonly sets: ClassSets;
  /** By subnet or pool, then by the number of the class set. */
  private readonly kept = new Map<Subnet | Pool, (Settings | undefined)[]>();

  constructor(sets: ClassSets, subnets: readonly Subnet[]) {
    this.sets = sets;
    for (const subnet of subnets) {
      this.kept.set(subnet, []);
      for (const pool of subnet.pools) this.kept.set(pool, []);
    }
  }

  get(
    subnet: Subnet,
    pool: Pool | undefined,
    classes: readonly ClientClass[],
    reservation: DocumentReservation | undefined,
  ): Settings {
    const level = (reservation as CompiledReservation | undefined)?.level;
    if (level !== undefined && !level.isEmpty) return made(levelsOf(subnet, pool, classes, level), classes);
    const set: ClassSet = classes.length === 0 ? this.sets.none : this.sets.of(classes);
    // Settings of a subnet of an earlier document are made, but not kept.
    const kept = set.number < 0 ? undefined : this.kept.get(pool ?? subnet);
    const known = kept?.[set.number];
    if (known) return known;
    const settings = made(levelsOf(subnet, pool, classes, undefined), classes);
    if (kept) kept[set.number] = settings;
    return settings;
  }
}

/** From the farthest to the nearest: defaults, shared network, subnet, pool, classes, reservation. */
export function levelsOf(
  subnet: Subnet,
  pool: Pool | undefined,
  classes: readonly ClientClass[],
  reservation: Level | undefined,
): readonly Level[] {
  return [
    ...(subnet as CompiledSubnet).levels,
    ...(pool ? [(pool as CompiledPool).level] : []),
    ...classes.map((one) => (one as CompiledClass).level),
    ...(reservation ? [reservation] : []),
  ];
}

function made(levels: readonly Level[], classes: readonly ClientClass[]): Settings {
  return settingsOf(merge(levels), vendorClassOf(classes));
}

export function vendorClassOf(classes: readonly ClientClass[]): string | undefined {
  return (classes as readonly CompiledClass[]).findLast(({ vendorClass }) => vendorClass !== undefined)
    ?.vendorClass;
}
