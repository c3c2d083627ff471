// What a node asks of the machine that it runs on, and of NATS. dhcp-node.ts has the real ones, test/sim simulated ones, and the
// tests a store in memory.
import type { CommitNotice, ForwarderOverNatsOptions } from "@leasehold/bus";
import type { GroupCommitOptions } from "@leasehold/lease-store";
import type { LeasePolicy } from "@leasehold/leases";
import type { ServedInterfaces } from "@leasehold/link";
import type { CatchUpParts, DocumentStore, Follow, InTurns } from "@leasehold/views";
import type { AddressCarrier } from "./cluster/floating-identity.ts";
import type { DhcpHeartbeat } from "./cluster/heartbeat.ts";
import type { ServiceParts } from "./exchange/exchange.ts";
import type { IntakeOptions } from "./intake/intake.ts";
import type { Log, MachineClocks, ReadableLeaseStore } from "./ports.ts";
import type { FoundStream } from "./store/store-watch.ts";
import type { LeaseLogReader } from "./store-loss/lost-leases.ts";
import type { MemberRegistryParts } from "./store-loss/member-registry.ts";

export interface NodePorts extends Pick<ServiceParts, "probe" | "randomOctets"> {
  /** The node's name. */
  readonly self: string;
  readonly version: string;
  /** Where its API is, for people. */
  readonly api: string;
  /** Of this process. */
  readonly bootId: string;
  readonly machine: MachineClocks;
  readonly log: Log;
  readonly interfaces: ServedInterfaces;
  readonly carrier: AddressCarrier;
  /** Whether the connection to NATS is up. */
  readonly isConnected: () => boolean;
  /** Tells the others; lost when nobody can hear it. */
  readonly publish: (beat: DhcpHeartbeat) => void;
  /** Before the number of each of its attempts at a write: no other process has the same. */
  readonly intentPrefix: string;
  /** When what is under way has ended; and when everything else has had its turn. */
  readonly soon: NonNullable<IntakeOptions["soon"]>;
  readonly later: NonNullable<IntakeOptions["later"]>;
  readonly inTurns: InTurns;
  readonly policy?: LeasePolicy;
}

/** What there is of NATS once its JetStream objects are. */
export interface StorePorts {
  readonly follow: Follow;
  readonly leases: (commits: GroupCommitOptions, forwarding: ForwarderOverNatsOptions) => ReadableLeaseStore;
  /** What the leader of the leases' stream says of it. Never rejects. */
  readonly look: () => Promise<FoundStream>;
  /** Compare-and-swap in the bucket of the members. */
  readonly putMember: MemberRegistryParts["put"];
  /** Of all that ever was of an address, the last: what is named when it is lost. */
  readonly leaseLog: LeaseLogReader;
  readonly documents: Pick<DocumentStore, "kept" | "put">;
  readonly ask: CatchUpParts["ask"];
  /** Tells the others what is stored; at most once. */
  readonly tell: (notice: CommitNotice) => void;
}
