// Follows the bucket of the network document and the members, and gives it back what it has lost: network-feed.ts says what.
import { type Change, type Follower, NETWORK } from "@leasehold/bus";
import type { Problem } from "@leasehold/document";
import { reasonOf } from "@leasehold/document/operator-error";
import type { Network } from "@leasehold/network";
import { type DocumentStore, isDocument } from "./document-record.ts";
import { type InTurns, LongDocuments } from "./long-documents.ts";
import { NetworkFeed } from "./network-feed.ts";
import type { ViewPorts } from "./ports.ts";

export const TEND_EVERY_MS = 1000;

export type NetworkTrouble = "bad-network-document" | "document-reasserted" | "document-reasserted-conflict";

export interface NetworkViewParts extends Pick<ViewPorts, "follow" | "log" | "onTrouble" | "onWeaknesses"> {
  /** What is in force; revision 0 for none. */
  readonly inForce: () => Network;
  /** This one is in force from now on, with the document's own warnings; so long after its record had come. */
  readonly use: (network: Network, warnings: readonly Problem[], loadMs: number) => void;
  readonly count: (what: NetworkTrouble) => void;
  readonly isConnected: () => boolean;
  /** Without `put`, what the store has lost is for others to write back. */
  readonly documents: Pick<DocumentStore, "kept"> & Partial<Pick<DocumentStore, "put">>;
  readonly steady: () => number;
  readonly inTurns: InTurns;
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
    const { log, count, steady, onMember, onReplaced, onTrouble, onWeaknesses } = parts;
    this.long = new LongDocuments(parts.inTurns);
    this.takenSince = steady();
    this.feed = new NetworkFeed({
      inForce: parts.inForce,
      use: (network, warnings) => {
        const ms = Math.round(steady() - this.takenSince);
        parts.use(network, warnings, ms);
        log.info({ revision: network.revision, ms }, "network document in use");
      },
      onBroken: (revision, problems) => {
        count("bad-network-document");
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
      ...{ onTrouble, onWeaknesses: (weaknesses) => onWeaknesses(NETWORK, weaknesses) },
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
    if (this.parts.inForce().revision > 0) return undefined;
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
    const { documents, count, log } = this.parts;
    if (lost === undefined || documents.put === undefined) return;
    const { ok } = await documents.put(lost.document, lost.expectedRevision);
    count(ok ? "document-reasserted" : "document-reasserted-conflict");
    if (ok) log.warn({ on: lost.expectedRevision }, "network document written back to the store");
  }
}
