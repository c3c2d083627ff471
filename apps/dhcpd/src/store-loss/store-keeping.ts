// What a node knows of the store besides leases: whether it has what it should, who is a member and how much they knew. Of that it
// makes the alarms, notes in the store how much it knows itself, and says whether it knows enough to serve.
import type { Wrong } from "@leasehold/bus";
import type { NodeState } from "@leasehold/cluster";
import type { KnownKeys } from "../cluster/known-keys.ts";
import type { StoreHealth } from "../store/store-health.ts";
import type { Faults } from "../telemetry/faults.ts";
import { Acquaintance } from "./acquaintance.ts";
import { MemberRegistry, type MemberRegistryParts } from "./member-registry.ts";
import type { StoreAlarms } from "./store-alarms.ts";
import { StoreCensus } from "./store-census.ts";

/** What the views say of the buckets. */
export interface BucketsSeen {
  readonly leases: { readonly keys: number };
  readonly inventory: { readonly keys: number };
  readonly lostHosts: number;
  readonly documentDifference: string | undefined;
}

/** What is told of the buckets besides what they are followed for. */
export interface BucketNotice {
  /** A record beside the document; says what is wrong with it. */
  member(key: string, value: unknown, revision: number): Wrong | undefined;
  /** The bucket of the members was replaced: they are told again. */
  membersReplaced(): void;
  /** How a bucket could be emptied, in words; empty for not at all. */
  weak(bucket: string, weaknesses: readonly string[]): void;
}

export interface StoreKeepingParts extends MemberRegistryParts {
  readonly alarms: StoreAlarms;
  readonly health: StoreHealth;
  readonly faults: Faults;
  readonly steady: () => number;
  readonly buckets: () => BucketsSeen;
  /** Leases in the view. */
  readonly leases: () => number;
  /** Hosts of the inventory that are served. */
  readonly hosts: () => number;
  readonly isRestoring: () => boolean;
  /** Which leases are lost, in words. May reject. */
  readonly nameLost?: () => Promise<string>;
}

export type LossAccepted =
  | { readonly kind: "accepted"; readonly words: readonly string[] }
  | { readonly kind: "nothing" }
  /** The record was written meanwhile: to be tried again. */
  | { readonly kind: "overtaken" };

const NAMES_AGAIN_MS = 10_000;
/** Some rounds of its. */
const SYNCER_PATIENCE_MS = 600_000;

export class StoreKeeping implements BucketNotice {
  private readonly members: MemberRegistry;
  private readonly parts: StoreKeepingParts;
  readonly acquaintance: Acquaintance;
  private readonly census = new StoreCensus();
  /** The lost leases, as the log has them. */
  private names: string | undefined;
  private namesAskedAt = Number.NEGATIVE_INFINITY;
  private lostBefore = 0;
  private lostSince = 0;
  private readonly weaknesses = new Map<string, readonly string[]>();

  constructor(parts: StoreKeepingParts) {
    this.parts = parts;
    this.members = new MemberRegistry(parts);
    this.acquaintance = new Acquaintance(parts.membership, parts.steady());
  }

  /** How much this node knows of what the buckets hold, or held. */
  get keys(): KnownKeys {
    const { leases, inventory, lostHosts } = this.parts.buckets();
    return { leases: Math.max(leases.keys, this.parts.leases()), hosts: inventory.keys + lostHosts };
  }

  /** Why it does not know enough to serve; undefined when it does. */
  get missing(): string | undefined {
    if (this.acquaintance.isMade) return undefined;
    return this.acquaintance.missing(this.keys, this.parts.steady());
  }

  weak(bucket: string, weaknesses: readonly string[]): void {
    this.weaknesses.set(bucket, weaknesses);
  }

  member(key: string, value: unknown, revision: number): Wrong | undefined {
    return this.members.take(key, value, revision, this.parts.steady());
  }

  membersReplaced(): void {
    this.members.replaced();
  }

  /** Every some hundred milliseconds: judges the store, and keeps the members' records while the node serves. */
  tick(state: NodeState, addresses: readonly string[]): void {
    this.judge(state === "starting");
    if (state === "serving") this.parts.faults.unawaited("keeping the members", this.keep(addresses));
  }

  /** What the store should have and has not. */
  private judge(isStarting: boolean): void {
    const { census, parts } = this;
    const { alarms } = parts;
    const { lostHosts: lost, documentDifference } = parts.buckets();
    if (!isStarting) census.look(this.keys, this.members.recorded, parts.steady());
    const hosts = lost > 0 ? `the inventory's store has lost ${lost} hosts: start the syncer` : undefined;
    alarms.set("document-not-stored", documentDifference);
    alarms.set("leases-lost", this.lostLeases());
    alarms.set("hosts-lost", hosts ?? census.lostHosts);
    alarms.set("bucket-unprotected", unprotected(this.weaknesses));
    parts.health.noteIncomplete(alarms.isStoreIncomplete);
  }

  /**
   * An operator accepts that what members had noted is lost: the alarms that say so end, on all nodes. `nothing`: none stands that a person
   * can end. @throws BusError when it cannot be stored.
   */
  async acceptLoss(addresses: readonly string[]): Promise<LossAccepted> {
    const words = [this.census.lostLeases, this.census.lostHosts].filter((each) => each !== undefined);
    if (words.length === 0) return { kind: "nothing" };
    const isStored = await this.members.note(addresses, this.notable);
    return isStored ? { kind: "accepted", words } : { kind: "overtaken" };
  }

  private lostLeases(): string | undefined {
    const said = this.census.lostLeases;
    if (said === undefined) return undefined;
    if (this.names === undefined && this.parts.steady() >= this.namesAskedAt + NAMES_AGAIN_MS) {
      this.namesAskedAt = this.parts.steady();
      this.parts.faults.unawaited("naming the leases that were lost", this.nameLost());
    }
    return this.names === undefined ? said : `${said}; ${this.names}`;
  }

  private async nameLost(): Promise<void> {
    // The store's state is told elsewhere; it is asked again.
    this.names = await this.parts.nameLost?.().catch(() => undefined);
  }

  private keep(addresses: readonly string[]): Promise<void> {
    // What is being written back is counted when it is stored.
    const isCounting = !this.parts.isRestoring() && this.census.isSettled;
    return this.members.keep(
      addresses,
      this.parts.steady(),
      isCounting ? this.notable : this.members.recorded,
    );
  }

  /** What of the store is to be there after a restart. */
  private get notable(): KnownKeys {
    const lost = this.parts.buckets().lostHosts;
    const now = this.parts.steady();
    if (lost !== this.lostBefore) [this.lostBefore, this.lostSince] = [lost, now];
    const stored = this.parts.hosts() - lost;
    // The syncer has written others again and not these: they were removed, and no node was told.
    const isOver = lost === 0 || (stored > 0 && now - this.lostSince >= SYNCER_PATIENCE_MS);
    return { leases: this.keys.leases, hosts: isOver ? stored : this.parts.hosts() };
  }
}

function unprotected(weaknesses: ReadonlyMap<string, readonly string[]>): string | undefined {
  const said = [...weaknesses]
    .filter(([, each]) => each.length > 0)
    .map(([bucket, each]) => `${bucket} (${each.join(", ")})`);
  if (said.length === 0) return undefined;
  return `one message or one mistake can empty ${said.join(" and ")}: run \`leasehold init\` again, as a NATS user that may change streams`;
}
