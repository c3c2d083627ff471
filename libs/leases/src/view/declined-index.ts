// Which addresses are out of use because of whom: a client by its identity and by its hardware address, and a port of a relay agent.
// So one loud client, or one that makes up hardware addresses behind a port, takes no more than a few out of use. It is an index of
// the view: every node has the same, a restart forgets nothing, and it is as large as what was declined.
import { decodeRelayAgent, type Ipv4, RelaySubOption } from "@leasehold/protocol";
import type { Lease } from "../lease/lease.ts";
import type { RelayTrace } from "../lease/lease-event.ts";

/** How many addresses each may have out of use at once, unless the document says otherwise. */
export const DECLINES_OF_CLIENT = 3;
export const DECLINES_OF_RELAY_PORT = 16;

export type Offender = Pick<Lease, "client" | "mac" | "relay">;

export class DeclinedIndex {
  private readonly byOffender = new Map<string, Set<Ipv4>>();

  add(lease: Offender & Pick<Lease, "address">): void {
    for (const key of keysOf(lease)) {
      const addresses = this.byOffender.get(key);
      if (addresses === undefined) this.byOffender.set(key, new Set([lease.address]));
      else addresses.add(lease.address);
    }
  }

  remove(lease: Offender & Pick<Lease, "address">): void {
    for (const key of keysOf(lease)) {
      const addresses = this.byOffender.get(key);
      addresses?.delete(lease.address);
      if (addresses?.size === 0) this.byOffender.delete(key);
    }
  }

  /** The addresses whose newest event is a DECLINE of it, those included whose probation is over. */
  of(key: string): Iterable<Ipv4> {
    return this.byOffender.get(key) ?? [];
  }
}

function keysOf(offender: Offender): readonly string[] {
  const port = portKeyOf(offender.relay);
  return port === undefined ? clientKeysOf(offender) : [...clientKeysOf(offender), port];
}

export function clientKeysOf({ client, mac }: Offender): readonly string[] {
  return mac ? [`client ${client}`, `mac ${mac}`] : [`client ${client}`];
}

/** Undefined on the link, and behind a relay agent that does not tell its ports apart. */
export function portKeyOf(relay: RelayTrace | undefined): string | undefined {
  if (relay?.agent === undefined) return undefined;
  const subOptions = decodeRelayAgent(Buffer.from(relay.agent, "hex"));
  const hex = (code: number) => Buffer.from(subOptions.get(code) ?? []).toString("hex");
  const [circuit, remote] = [hex(RelaySubOption.circuitId), hex(RelaySubOption.remoteId)];
  return circuit || remote ? `port ${relay.giaddr}/${circuit}/${remote}` : undefined;
}
