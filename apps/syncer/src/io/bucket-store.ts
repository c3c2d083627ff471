// The inventory bucket as a HostStore: followed live, written in atomic batches in which each key carries its revision.
import { type Bus, type Follower, followBucket, INVENTORY, putRecords } from "@leasehold/bus";
import { type HostEvent, hostKey } from "@leasehold/inventory";
import type { Logger } from "pino";
import { StoredHosts } from "../plan/stored-hosts.ts";
import type { HostStore } from "../rounds/host-store.ts";

const BATCH = 100;
const CATCH_UP_MS = 3000;

export class BucketStore implements HostStore {
  private bus: Bus | undefined;
  private follower: Follower | undefined;
  private stored = new StoredHosts();

  get hosts(): StoredHosts {
    return this.stored;
  }

  get unready(): string | undefined {
    if (!this.bus?.connected) return "NATS is not connected";
    return this.follower?.complete ? undefined : "the inventory bucket has not been fully read yet";
  }

  follow(bus: Bus, log: Logger): void {
    this.bus = bus;
    this.follower = followBucket(bus, INVENTORY, {
      onRecord: ({ key, value, revision }) => this.stored.apply(key, value, revision),
      onComplete: () => log.info("inventory bucket read"),
      onReset: (reason) => {
        log.warn({ reason }, "the inventory bucket was replaced; reading it again");
        this.stored = new StoredHosts();
      },
      onTrouble: (what) => log.warn(what),
    });
  }

  async write(puts: readonly { event: HostEvent; expectedRevision: number }[]): Promise<number> {
    for (let from = 0; from < puts.length; from += BATCH) {
      const batch = puts.slice(from, from + BATCH).map(({ event, expectedRevision }) => ({
        key: hostKey(event.id),
        value: event,
        expectedRevision,
      }));
      const result = await putRecords(this.bus!, INVENTORY, batch);
      if (!result.ok) return from;
      await this.until(() => this.follower!.position >= result.revision);
    }
    return puts.length;
  }

  async catchUp(): Promise<void> {
    await this.until(() => this.follower!.caughtUp());
  }

  async stop(): Promise<void> {
    await this.follower?.stop();
    await this.bus?.close();
  }

  // Not getting there in time is no failure: every write says what it was decided on.
  private async until(isThere: () => boolean | Promise<boolean>): Promise<void> {
    for (const end = Date.now() + CATCH_UP_MS; Date.now() < end; ) {
      if (await isThere()) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
