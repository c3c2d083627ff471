// Hosts by names that DHCP has no use for: serial number (the label `serial` of the inventory), host name, NID. Made when first asked for after
// the inventory has changed.
import type { Host, Inventory } from "@leasehold/inventory";

interface Names {
  readonly revision: number;
  readonly serials: Map<string, Host>;
  readonly hostnames: Map<string, Host>;
  readonly nids: Map<number, Host>;
}

export class HostsByName {
  readonly #inventory: Inventory;
  #names: Names | undefined;

  constructor(inventory: Inventory) {
    this.#inventory = inventory;
  }

  bySerial(serial: string): Host | undefined {
    return this.#current().serials.get(serial.toLowerCase());
  }

  byHostname(hostname: string): Host | undefined {
    return this.#current().hostnames.get(hostname.toLowerCase());
  }

  byNid(nid: number): Host | undefined {
    return this.#current().nids.get(nid);
  }

  #current(): Names {
    const { revision } = this.#inventory;
    if (this.#names?.revision !== revision) this.#names = namesOf(this.#inventory);
    return this.#names!;
  }
}

/** Of two hosts with one name, the smaller id: on each node the same. */
function namesOf(inventory: Inventory): Names {
  const names: Names = {
    revision: inventory.revision,
    ...{ serials: new Map(), hostnames: new Map(), nids: new Map() },
  };
  const note = <Key>(map: Map<Key, Host>, key: Key | undefined, host: Host) => {
    const before = key === undefined ? undefined : map.get(key);
    if (key !== undefined && (before === undefined || host.id < before.id)) map.set(key, host);
  };
  for (const host of inventory.hosts()) {
    note(names.serials, host.labels?.serial?.toLowerCase(), host);
    note(names.hostnames, host.hostname?.toLowerCase(), host);
    note(names.nids, host.nid, host);
  }
  return names;
}
