// Settings by place, set of classes and reservation, merged when the first client needs them and then kept: the packet path looks up,
// it does not merge.
import type { ClassSet, ClassSets } from "../classes/class-sets.ts";
import type { CompiledClass } from "../classes/client-class.ts";
import type { CompiledSubnet } from "../compile-subnet.ts";
import type { ClientClass, DocumentReservation, Pool, Settings, Subnet } from "../network.ts";
import type { CompiledPool } from "../pools/compile-pool.ts";
import type { CompiledReservation } from "../reservations/reservations.ts";
import type { Level } from "./level.ts";
import { merge, settingsOf } from "./merge.ts";

/** Of reservations with settings of their own: a storm's clients each come a few times within a second. */
const RESERVATIONS_MAX = 1024;

interface OfReservation {
  readonly place: Subnet | Pool;
  readonly set: number;
  readonly settings: Settings;
}

export class SettingsCache {
  private readonly sets: ClassSets;
  /** By subnet or pool, then by the number of the class set. */
  private readonly kept = new Map<Subnet | Pool, (Settings | undefined)[]>();
  /** The newest ones, one for each reservation, in the order in which they were made. */
  private readonly ofReservations = new Map<CompiledReservation, OfReservation>();

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
    const set: ClassSet = classes.length === 0 ? this.sets.none : this.sets.of(classes);
    // Settings of a subnet of an earlier document are made, but not kept.
    const kept = set.number < 0 ? undefined : this.kept.get(pool ?? subnet);
    const own = reservation as CompiledReservation | undefined;
    if (own?.level !== undefined && !own.level.isEmpty) {
      const make = () => made(levelsOf(subnet, pool, classes, own.level), classes);
      return kept === undefined ? make() : this.ofReservation(own, pool ?? subnet, set.number, make);
    }
    const known = kept?.[set.number];
    if (known) return known;
    const settings = made(levelsOf(subnet, pool, classes, undefined), classes);
    if (kept) kept[set.number] = settings;
    return settings;
  }

  private ofReservation(
    reservation: CompiledReservation,
    place: Subnet | Pool,
    set: number,
    make: () => Settings,
  ): Settings {
    const known = this.ofReservations.get(reservation);
    if (known !== undefined && known.place === place && known.set === set) return known.settings;
    const settings = make();
    this.ofReservations.delete(reservation);
    if (this.ofReservations.size >= RESERVATIONS_MAX) {
      const [oldest] = this.ofReservations.keys();
      this.ofReservations.delete(oldest!);
    }
    this.ofReservations.set(reservation, { place, set, settings });
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
