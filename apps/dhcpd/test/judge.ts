// Sees all that a cluster of the tests does, and says what must not have happened. It judges by what clients were told and
// by the store's log, never by what a node believes.
import {
  DEFAULT_POLICY,
  isBound,
  type LeaseEvent,
  leaseAfter,
  type MemoryLeaseStore,
  type StoredEvent,
} from "@leasehold/leases";
import { formatIpv4, type Ipv4 } from "@leasehold/protocol";
import type { Machine } from "./machine.ts";
import { ip } from "./wire.ts";

export class Judge {
  readonly violations: string[] = [];
  private readonly store: MemoryLeaseStore;
  private readonly machines: readonly Machine[];
  /** By how much a clock may differ from another one, ms. */
  private readonly skewMs: number;
  private readonly wasReserved: (machine: Machine, address: Ipv4) => boolean;

  constructor(parts: {
    store: MemoryLeaseStore;
    machines: readonly Machine[];
    skewMs: number;
    wasReserved: (machine: Machine, address: Ipv4) => boolean;
  }) {
    this.store = parts.store;
    this.machines = parts.machines;
    this.skewMs = parts.skewMs;
    this.wasReserved = parts.wasReserved;
    this.store.follow((stored) => this.taken(stored));
  }

  /** I1: nothing is taken from a machine that uses it, by giving it to another or by giving it back in its name. */
  private taken({ address, event, at }: StoredEvent): void {
    const user = this.machines.find(({ held }) => held && ip(held.address) === address && held.until > at);
    if (user === undefined) return;
    const isItsOwn = event!.client === user.id.client;
    if (!isItsOwn || (gives(event!) && !this.wasReserved(user, address)))
      this.blame(`I1: ${event!.type} takes ${formatIpv4(address)} from ${user.name}, which uses it`);
  }

  /** A machine has heeded an ACK at `now`. */
  granted(machine: Machine, now: number): void {
    const { address, until } = machine.held!;
    for (const other of this.machines) {
      if (other !== machine && other.held?.address === address && other.held.until > now) {
        this.blame(`I1: ${address} is used by ${other.name} and was granted to ${machine.name}`);
      }
    }
    const newest = this.store.log.findLast(
      (stored) => stored.address === ip(address) && this.tells(stored, machine),
    );
    const lease = newest?.event && leaseAfter(newest.event, newest.revision, newest.at);
    if (lease?.client !== machine.id.client || !isBound(lease, lease.at)) {
      this.blame(`I2: ${address} was granted to ${machine.name}, but the store says ${newest?.event?.type}`);
    } else if (until > lease.heldUntil + this.skewMs) {
      this.blame(
        `I2: ${machine.name} may use ${address} for ${until - lease.heldUntil} ms more than is held`,
      );
    }
  }

  /**
   * Whether an event counts. All do, but a node that has lost the store serves a host on by what it held (I6), though the
   * host may have given it back through another node meanwhile.
   */
  private tells({ address, event }: StoredEvent, machine: Machine): boolean {
    return (
      !this.wasReserved(machine, address) || event!.type === "LeaseGranted" || event!.type === "LeaseRenewed"
    );
  }

  /** I7, I11: every event of an address followed the one before it in time. */
  judgeLog(): void {
    const before = new Map<number, StoredEvent>();
    for (const stored of this.store.log) {
      const last = before.get(stored.address);
      if (last !== undefined) this.judgeSuccession(last, stored);
      before.set(stored.address, stored);
    }
  }

  private judgeSuccession(last: StoredEvent, next: StoredEvent): void {
    const lease = leaseAfter(last.event!, last.revision, last.at);
    const isTaken = next.event!.client !== lease.client || lease.state === "declined";
    if (!isTaken || lease.state === "released") return;
    const guardMs = lease.state === "declined" ? 0 : DEFAULT_POLICY.guardMs;
    if (next.at + this.skewMs < lease.heldUntil + guardMs) {
      const what = `${last.event!.type} ${formatIpv4(last.address)} of ${lease.client}`;
      this.blame(`I7: ${next.event!.type} of ${next.event!.client} came too soon after ${what}`);
    }
  }

  /** I3: when all is told to everybody, a client that has confirmed its address has no other. */
  judgeAddresses(now: number): void {
    for (const { id, name, held } of this.machines) {
      if (held === undefined) continue;
      const addresses = new Set(this.store.log.map(({ address }) => address));
      const bound = [...addresses].filter((address) => {
        const newest = this.store.log.findLast((stored) => stored.address === address)!;
        const lease = leaseAfter(newest.event!, newest.revision, newest.at);
        return lease.client === id.client && lease.state === "bound" && now < lease.heldUntil;
      });
      if (bound.length > 1) this.blame(`I3: ${name} has ${bound.map(formatIpv4).join(" and ")}`);
    }
  }

  private blame(what: string): void {
    this.violations.push(what);
  }
}

/** Says that the client has the address no longer. */
function gives({ type }: LeaseEvent): boolean {
  return type === "LeaseReleased" || type === "AddressDeclined";
}
