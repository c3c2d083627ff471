// What a source's round needs of the bucket: its hosts, live, and a way to write them by compare-and-swap.
import type { HostEvent } from "@leasehold/inventory";
import type { StoredHosts } from "../plan/stored-hosts.ts";

export interface HostStore {
  readonly hosts: StoredHosts;
  /** Why nothing may be decided now: the bucket is not known whole, or cannot be written. Undefined when it may. */
  readonly unready: string | undefined;
  /** Gives how many of them, from the first on, were stored: fewer than all when another writer was first with one. */
  write(puts: readonly { readonly event: HostEvent; readonly expectedRevision: number }[]): Promise<number>;
  /** Waits until `hosts` has all that is in the bucket. */
  catchUp(): Promise<void>;
}
