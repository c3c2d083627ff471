// What a node has once it knows the store: its views of the buckets, the service that decides by them, and the ways between the two.
import type { CommitNotice, KeyWrite } from "@leasehold/bus";
import type { StreamClock } from "@leasehold/cluster";
import type { Append } from "@leasehold/leases";
import { formatIpv4 } from "@leasehold/protocol";
import { type Answer, CatchUp, commitNoticeOf, publisherOf, type Question } from "@leasehold/views";
import { furthestOther } from "./cluster/other-nodes.ts";
import type { Readiness } from "./cluster/readiness.ts";
import { DhcpService } from "./exchange/dhcp-service.ts";
import { intentsOf } from "./exchange/exchange.ts";
import type { NodePorts, StorePorts } from "./node-ports.ts";
import type { Clocks, ReadableLeaseStore } from "./ports.ts";
import type { StoreHealth } from "./store/store-health.ts";
import { StoreWatch } from "./store/store-watch.ts";
import { Suspicion } from "./store/suspicion.ts";
import { lostLeasesInWords } from "./store-loss/lost-leases.ts";
import type { StoreAlarms } from "./store-loss/store-alarms.ts";
import { StoreKeeping } from "./store-loss/store-keeping.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";
import type { NodeWorld } from "./views/node-world.ts";
import { followAll, type Views } from "./views/views.ts";

export interface ServingParts {
  readonly ports: NodePorts;
  readonly store: StorePorts;
  readonly telemetry: Telemetry;
  readonly world: NodeWorld;
  readonly clock: StreamClock;
  readonly clocks: Clocks;
  readonly health: StoreHealth;
  readonly readiness: Readiness;
  readonly alarms: StoreAlarms;
}

export class Serving {
  readonly service: DhcpService;
  readonly world: NodeWorld;
  readonly views: Views;
  readonly keeping: StoreKeeping;
  readonly watch: StoreWatch;
  private readonly parts: ServingParts;
  private readonly catchUp: CatchUp;
  private readonly suspicion: Suspicion;

  constructor(parts: ServingParts) {
    const { ports, store, telemetry, world, clock, clocks, health, readiness, alarms } = parts;
    const { faults, log } = telemetry;
    const { membership } = world;
    const { machine, self, isConnected } = ports;
    const { steady } = machine;
    this.parts = parts;
    this.world = world;
    this.watch = new StoreWatch({ health, clock, log, machine, isConnected, ask: store.look });
    this.suspicion = new Suspicion(readiness.pause);
    this.keeping = new StoreKeeping({
      ...{ self, membership, alarms, health, faults, steady, put: store.putMember },
      buckets: () => this.views,
      leases: () => world.view.size,
      hosts: () => world.inventory.size,
      isRestoring: () => this.service.restoration.isRestoring,
      nameLost: () => this.nameLost(),
    });
    this.service = new DhcpService({
      ...{ world, health, clocks, readiness, store: this.leaseStore(), ...telemetry },
      ...{ probe: ports.probe, randomOctets: ports.randomOctets },
      nextIntent: intentsOf(ports.intentPrefix),
    });
    telemetry.events.storeBehind.subscribe(({ address, seen: revision }) =>
      this.views.leases.distrust("the store has an older event of an address than this node has seen", {
        key: formatIpv4(address),
        revision,
      }),
    );
    this.views = followAll({
      ...{ world, telemetry, steady, isConnected, now: clocks.now },
      ...{ buckets: this.keeping, isRestoring: () => this.service.restoration.isRestoring },
      ...{ follow: store.follow, documents: store.documents, inTurns: ports.inTurns },
    });
    this.catchUp = new CatchUp({
      ...{ view: world.view, steady, feed: () => this.views.leases, ask: store.ask },
      furthest: (now) => furthestOther(membership, now),
      isInDoubt: () => this.views.leases.complete && !health.isPrompt(steady()),
      onLease: (lease) => {
        telemetry.counters.count("anomalies", "lease-from-peer");
        telemetry.events.lease.tell(lease);
      },
    });
  }

  /** What is still missing before the node may answer. */
  missing(): string | undefined {
    const unknown = this.parts.clock.isKnown ? undefined : "getting the time of the stream";
    return this.views.missing() ?? unknown ?? this.keeping.missing;
  }

  position(view: "leases" | "inventory" | "network"): number {
    return (view === "leases" ? this.catchUp : this.views[view]).position;
  }

  /** Some times a second. */
  tick(): void {
    const { readiness, telemetry } = this.parts;
    this.service.tick();
    telemetry.faults.guard("catching up", () => this.catchUp.tick());
    if (!readiness.pause.isSuspect) return;
    const cleared = this.suspicion.clear(
      () => this.look(),
      () => this.views.leases.caughtUp(),
    );
    telemetry.faults.unawaited("asking what was missed", cleared);
  }

  /** Looks at the store now; says whether its leader answered. */
  async look(): Promise<boolean> {
    const found = await this.watch.look();
    if (found?.kind === "missing") this.views.leases.distrust("the stream was gone");
    return found?.kind === "stream" && found.hasLeader;
  }

  /** Another node tells what it has stored. */
  receiveCommitNotice(notice: CommitNotice): void {
    this.parts.telemetry.faults.guard("taking in what another node stored", () =>
      this.views.applyCommitNotice(notice),
    );
  }

  /** Another node asks; undefined when this one has no answer. */
  answer(question: Question): Answer | undefined {
    let answer: Answer | undefined;
    this.parts.telemetry.faults.guard("answering another node", () => {
      answer = this.catchUp.answer(question);
    });
    return answer;
  }

  private async nameLost(): Promise<string> {
    const { store, world, clocks, telemetry } = this.parts;
    const words = await lostLeasesInWords(store.leaseLog, world.view, clocks.now);
    telemetry.log.error({ words }, "the store has lost leases");
    return words;
  }

  private leaseStore(): ReadableLeaseStore {
    const { ports, store, telemetry, world, clock, health } = this.parts;
    const { counters, events, faults } = telemetry;
    const { steady } = ports.machine;
    const onFault = (cause: unknown) => faults.count({ cause, during: "committing to the lease store" });
    return store.leases(
      {
        isOutdated: ({ address, expected }: Append) => world.view.revisionOf(address) > expected,
        onBatch: (size, outcome, ms) => {
          health.noteAttempt(outcome, ms, steady());
          if (events.batch.isHeard) events.batch.tell({ size, outcome: outcome.kind, ms });
        },
        onFault,
      },
      {
        self: ports.self,
        sharedMs: () => clock.now(steady()),
        publisher: () => publisherOf(world.members.names),
        onForwarded: (what) => counters.count("forwarded", what),
        onCommitted: (first, writes, sentAt) => this.tell(first, writes, sentAt),
        onFault,
      },
    );
  }

  /** The others, and once the exchanges concerned have gone on, this node's own view. */
  private tell(first: number, writes: readonly KeyWrite[], sentAt: number): void {
    const { ports, store, telemetry, world, clock } = this.parts;
    const notice = commitNoticeOf(
      this.views.leases.created,
      clock,
      first,
      writes,
      sentAt,
      ports.machine.steady(),
    );
    if (notice === undefined) return;
    if (world.members.names.length > 1) store.tell(notice);
    ports.later(() =>
      telemetry.faults.guard("taking in what was stored", () => this.views.applyCommitNotice(notice)),
    );
  }
}
