// A HostStore in memory, with compare-and-swap: a real one, without a server.
import { type HostEvent, hostKey, Inventory } from "@leasehold/inventory";
import { StoredHosts } from "../src/plan/stored-hosts.ts";
import type { HostStore } from "../src/rounds/host-store.ts";

export class MemoryStore implements HostStore {
  readonly hosts = new StoredHosts();
  /** What a node makes of the same records. */
  readonly inventory = new Inventory();
  readonly unready = undefined;
  private revision = 0;
  /** Called before each write, as another writer would come in between. */
  interfere: () => void = () => {};

  async write(puts: readonly { event: HostEvent; expectedRevision: number }[]): Promise<number> {
    this.interfere();
    for (const [i, { event, expectedRevision }] of puts.entries()) {
      if ((this.hosts.get(event.id)?.revision ?? 0) !== expectedRevision) return i;
      this.put(event.id, JSON.parse(JSON.stringify(event)));
    }
    return puts.length;
  }

  async catchUp(): Promise<void> {}

  put(id: string, value: unknown): void {
    this.revision++;
    this.hosts.apply(hostKey(id), value, this.revision);
    this.inventory.apply(hostKey(id), value, this.revision);
  }
}
