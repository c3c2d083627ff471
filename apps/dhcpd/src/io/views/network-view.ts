// Follows the bucket of the network document and the members, and gives it back what it has lost: network-feed.ts says what.
import { type Bus, type Change, type Follower, followBucket, NETWORK, reasonOf } from "@leasehold/bus";
import type { Network } from "@leasehold/network";
import type { Logger } from "pino";
import type { Counters } from "../../telemetry/counters.ts";
import { NetworkFeed } from "../../views/network-feed.ts";
import type { NodeWorld } from "../../views/node-world.ts";
import { LongDocuments } from "./compile-long.ts";
import { documentStore, isDocument } from "./document-store.ts";

const TEND_EVERY_MS = 1000;

export interface NetworkViewParts {
  readonly world: NodeWorld;
  readonly counters: Counters;
  readonly log: Logger;
  readonly onTrouble: (what: string) => void;
  /** How the bucket could be emptied, in words. */
  readonly onWeaknesses: (weaknesses: readonly string[]) => void;
  /** Told of a network that is in force from now on. */
  readonly onNetwork: (network: Network) => void;
  /** A record beside the document. */
  readonly onMember: (key: string, value: unknown, revision: number) => void;
  /** The bucket was replaced: what it says of members is told again. */
  readonly onReplaced: () => void;
}

export class NetworkView {
  readonly follower: Follower;
  readonly feed: NetworkFeed;
  private readonly long = new LongDocuments();
  private readonly bus: Bus;
  private readonly parts: NetworkViewParts;
  private readonly timer: NodeJS.Timeout;
  private isTending = false;
  /** When the last record came, or an earlier one was looked for. */
  private takenSince = performance.now();
  private lastFailure = "";

  constructor(bus: Bus, parts: NetworkViewParts) {
    this.bus = bus;
    this.parts = parts;
    const { world, counters, log, onNetwork, onMember, onReplaced, onTrouble, onWeaknesses } = parts;
    this.feed = new NetworkFeed({
      inForce: () => world.network,
      use: (network, warnings) => {
        world.network = network;
        world.networkProblems = warnings;
        for (const warning of world.warnings)
          log.warn({ revision: network.revision, warning }, "network document");
        world.networkLoadMs = Math.round(performance.now() - this.takenSince);
        log.info({ revision: network.revision, ms: world.networkLoadMs }, "network document in force");
        onNetwork(network);
      },
      onBroken: (revision, problems) => {
        counters.count("trouble", "bad-network-document");
        log.error({ revision, problems }, "network document does not compile; the last good one stays");
      },
    });
    this.follower = followBucket(bus, NETWORK, {
      onRecord: (change) => {
        if (isDocument(change)) this.long.inOrder(() => this.take(change));
        else onMember(change.key, change.value, change.revision);
      },
      onReset: (reason) => {
        log.error({ reason }, "the network document's store was replaced; what it has lost is written back");
        this.long.inOrder(() => this.feed.replaced());
        onReplaced();
      },
      onComplete: () =>
        this.long.inOrder(() => {
          this.feed.complete();
          void this.tend();
        }),
      ...{ onTrouble, onWeaknesses },
    });
    this.timer = setInterval(() => void this.tend(), TEND_EVERY_MS);
  }

  private take(change: Change): void | Promise<void> {
    this.takenSince = performance.now();
    const { value, revision, at } = change; // Read once: it is decoded each time.
    const record = { value, revision, at };
    if (!this.long.isLong(change)) return this.feed.take(record);
    return this.long.compile(record).then((compiled) => this.feed.take(record, compiled));
  }

  /** Why the node has no network to go by; undefined when it has one. */
  get missing(): string | undefined {
    if (this.parts.world.network.revision > 0) return undefined;
    const { difference } = this.feed;
    return difference === undefined
      ? "no network document yet: leasehold apply network.yaml"
      : `${difference}: leasehold history, leasehold apply network.yaml`;
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.follower.stop();
  }

  /** Finds an earlier document where the newest is of no use, and gives the store what it has lost. Never rejects. */
  private async tend(): Promise<void> {
    if (this.isTending || !this.follower.complete || !this.bus.connected) return;
    this.isTending = true;
    try {
      const store = documentStore(() => this.bus);
      if (this.feed.needsEarlier) {
        const kept = await store.kept();
        this.takenSince = performance.now();
        this.feed.takeEarlier(kept);
      }
      await this.writeBack();
      this.lastFailure = "";
    } catch (cause) {
      const reason = reasonOf(cause);
      if (reason !== this.lastFailure)
        this.parts.log.error({ reason }, "the network document is not written back yet");
      this.lastFailure = reason;
    } finally {
      this.isTending = false;
    }
  }

  /** By compare-and-swap: one node's write is stored, the others see it, and nothing that an operator stored meanwhile is lost. */
  private async writeBack(): Promise<void> {
    const { lost } = this.feed;
    if (lost === undefined) return;
    const { ok } = await documentStore(() => this.bus).put(lost.document, lost.expectedRevision);
    this.parts.counters.count("trouble", ok ? "document-reasserted" : "document-reasserted-conflict");
    if (ok) this.parts.log.warn({ on: lost.expectedRevision }, "network document written back to the store");
  }
}
