// What the bucket holds of hosts, as the syncer needs it: the newest event of each, and the revision to write against.
import { type HostEvent, type HostInterfaceRecord, hostIdOf, readHostEvent } from "@leasehold/inventory";

export interface StoredHost {
  readonly revision: number;
  /** Undefined when the key was deleted, or when what is there is no host event. */
  readonly event: HostEvent | undefined;
}

export class StoredHosts {
  private readonly byId = new Map<string, StoredHost>();

  apply(key: string, value: unknown, revision: number): void {
    const id = hostIdOf(key);
    if (id === undefined) return;
    const event = value === undefined ? undefined : readHostEvent(id, value);
    this.byId.set(id, { revision, event: event === undefined || "unreadable" in event ? undefined : event });
  }

  get(id: string): StoredHost | undefined {
    return this.byId.get(id);
  }

  /** Hosts that are served or in quarantine: not those that are gone. */
  *present(): Iterable<readonly [id: string, event: PresentEvent]> {
    for (const [id, { event }] of this.byId) {
      if (event !== undefined && event.type !== "HostRemoved") yield [id, event];
    }
  }
}

export type PresentEvent = Exclude<HostEvent, { type: "HostRemoved" }>;

export function interfacesOf(event: PresentEvent | undefined): readonly HostInterfaceRecord[] {
  return event?.host?.interfaces ?? [];
}
