// A simulated node's look at what the store holds, as libs/bus/src/follow.ts and apps/dhcpd/src/store-loss/store-keeping.ts have it: another stream,
// or one with fewer keys for long enough, is loaded again and written back; and a node that starts hears what the others know.

import type { KnownKeys } from "../../apps/dhcpd/src/cluster/known-keys.ts";
import type { Membership } from "../../apps/dhcpd/src/cluster/membership.ts";
import type { Restoration } from "../../apps/dhcpd/src/exchange/restoration.ts";
import { Acquaintance } from "../../apps/dhcpd/src/store-loss/acquaintance.ts";
import type { NodeWorld } from "../../apps/dhcpd/src/views/node-world.ts";
import type { Connection } from "./door.ts";
import type { LeaseFeed } from "./lease-feed.ts";
import type { PlantedBug } from "./planted-bugs.ts";
import type { SimulatedStream } from "./stream.ts";

export const CHECK_EVERY_MS = 3000;
const CONFIRMED_AFTER_MS = 2500;

export interface StoreLookParts {
  readonly around: {
    readonly members: readonly string[];
    readonly bug: PlantedBug | undefined;
    readonly stream: SimulatedStream;
  };
  readonly membership: Membership;
  readonly world: NodeWorld;
  readonly connection: Connection;
  readonly restoration: () => Restoration;
  readonly feed: () => LeaseFeed;
  readonly steadyMs: () => number;
}

export class StoreLook {
  private readonly parts: StoreLookParts;
  private readonly acquaintance: Acquaintance;
  private incarnation: number;
  private keys = 0;
  private lessSince: number | undefined;
  private isBehind = false;

  constructor(parts: StoreLookParts) {
    this.parts = parts;
    const { around, membership, steadyMs } = parts;
    for (const name of around.members) membership.register(name, [], steadyMs());
    this.acquaintance = new Acquaintance(membership, steadyMs());
    this.incarnation = around.stream.incarnation;
  }

  private get bug(): PlantedBug["storeLoss"] {
    return this.parts.around.bug?.storeLoss;
  }

  get known(): KnownKeys {
    return { leases: Math.max(this.keys, this.parts.world.view.size), hosts: 0 };
  }

  get knowsEnough(): boolean {
    if (this.bug === "served-at-once") return true;
    return this.acquaintance.missing(this.known, this.parts.steadyMs()) === undefined;
  }

  /** What the node tells the others of it. */
  get word() {
    return { isRestoring: this.parts.restoration().isRestoring, keys: this.known };
  }

  /** A write or a read found less of an address than was seen. */
  noteBehind(): void {
    this.isBehind = true;
  }

  /** All that the stream has is delivered. */
  loaded(): void {
    if (this.bug !== "not-written-back") this.parts.restoration().loaded();
  }

  async check(): Promise<void> {
    const { connection, feed, steadyMs } = this.parts;
    const found = await connection.contents().catch(() => undefined);
    if (found === undefined || !feed().isComplete) return;
    const isOther = found.incarnation !== this.incarnation;
    if (!isOther && !this.isBehind && found.keys >= this.keys) {
      this.noteKeys(found.keys);
      return;
    }
    this.lessSince ??= steadyMs();
    if (isOther || steadyMs() - this.lessSince >= CONFIRMED_AFTER_MS) this.replaced(found.incarnation);
  }

  private noteKeys(found: number): void {
    const { restoration, world } = this.parts;
    this.lessSince = undefined;
    this.keys = Math.max(found, restoration().isRestoring ? 0 : world.view.size);
  }

  private replaced(incarnation: number): void {
    const { bug, parts } = this;
    const { restoration, world, feed } = parts;
    this.lessSince = undefined;
    this.incarnation = incarnation;
    this.isBehind = false;
    this.keys = 0;
    if (bug === "unnoticed") return;
    if (bug !== "not-written-back") restoration().begin();
    world.view.clear();
    world.index.clear();
    feed().reset();
  }
}
