// Follows the bucket of the network document and the members, and gives it back what it has lost: network-feed.ts says what.

import { type Change, type Follower, NETWORK } from "@leasehold/bus";
import { reasonOf } from "@leasehold/document/operator-error";
import type { Network } from "@leasehold/network";
import type { Log } from "../ports.ts";
import type { Counters } from "../telemetry/counters.ts";
import { type DocumentStore, isDocument } from "./document-record.ts";
import type { Follow } from "./follow.ts";
import { type InTurns, LongDocuments } from "./long-documents.ts";
import { NetworkFeed } from "./network-feed.ts";
import type { NodeWorld } from "./node-world.ts";

export const TEND_EVERY_MS = 1000;

export interface NetworkViewParts {
  readonly world: NodeWorld;
  readonly counters: Counters;
  readonly log: Log;
  readonly follow: Follow;
  readonly isConnected: () => boolean;
  readonly documents: Pick<DocumentStore, "kept" | "put">;
  readonly steady: () => number;
  readonly inTurns: InTurns;
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
  private readonly long: LongDocuments;
  private readonly parts: NetworkViewParts;
  private isTending = false;
  /** When the last record came, or an earlier one was looked for. */
  private takenSince: number;
  private lastFailure = "";

  constructor(parts: NetworkViewParts) {
    this.parts = parts;
    const { world, counters, log, steady, onNetwork, onMember, onReplaced, onTrouble, onWeaknesses } = parts;
    this.long = new LongDocuments(parts.inTurns);
    this.takenSince = steady();
    this.feed = new NetworkFeed({
      inForce: () => world.network,
      use: (network, warnings) => {
        world.network = network;
        world.networkProblems = warnings;
        for (const warning of world.warnings)
          log.warn({ revision: network.revision, warning }, "network document");
        world.networkLoadMs = Math.round(steady() - this.takenSince);
        log.info({ revision: network.revision, ms: world.networkLoadMs }, "network document in use");
        onNetwork(network);
      },
      onBroken: (revision, problems) => {
        counters.count("trouble", "bad-network-document");
        log.error(
          { revision, problems },
          "the network document cannot be used; the last valid one stays in use",
        );
      },
    });
    this.follower = parts.follow(NETWORK, {
      onRecord: (change) => {
        if (isDocument(change)) this.long.inOrder(() => this.take(change));
        else onMember(change.key, change.value, change.revision);
      },
      onReset: (reason) => {
        log.error(
          { reason },
          "the store of the network document was replaced; writing back what it has lost",
        );
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
  }

  private take(change: Change): void | Promise<void> {
    this.takenSince = this.parts.steady();
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

  /** Finds an earlier document where the newest is of no use, and gives the store what it has lost. Never rejects. */
  async tend(): Promise<void> {
    const { isConnected, documents, steady, log } = this.parts;
    if (this.isTending || !this.follower.complete || !isConnected()) return;
    this.isTending = true;
    try {
      if (this.feed.needsEarlier) {
        const kept = await documents.kept();
        this.takenSince = steady();
        this.feed.takeEarlier(kept);
      }
      await this.writeBack();
      this.lastFailure = "";
    } catch (cause) {
      const reason = reasonOf(cause);
      if (reason !== this.lastFailure)
        log.error({ reason }, "the network document could not be written back yet");
      this.lastFailure = reason;
    } finally {
      this.isTending = false;
    }
  }

  /** By compare-and-swap: one node's write is stored, the others see it, and nothing that an operator stored meanwhile is lost. */
  private async writeBack(): Promise<void> {
    const { lost } = this.feed;
    if (lost === undefined) return;
    const { ok } = await this.parts.documents.put(lost.document, lost.expectedRevision);
    this.parts.counters.count("trouble", ok ? "document-reasserted" : "document-reasserted-conflict");
    if (ok) this.parts.log.warn({ on: lost.expectedRevision }, "network document written back to the store");
  }
}
