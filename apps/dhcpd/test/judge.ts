// Sees all that a cluster of the tests does, and says what must not have happened. It judges by what clients were told and
// by the store's log, never by what a node believes.
import {
  DEFAULT_POLICY,
  type Instant,
  isBound,
  isReasserted,
  type LeaseEvent,
  leaseAfter,
  type MemoryLeaseStore,
  type StoredEvent,
} from "@leasehold/leases";
import { formatIpv4, type Ipv4 } from "@leasehold/protocol";
import { type Client, ip } from "./wire.ts";

/** A client, as far as it is judged: who it is, and what it uses now, until when. */
export interface User {
  readonly id: Client;
  readonly name: string;
  readonly held: { readonly address: string; readonly until: number } | undefined;
}

/** What is stored, and what will be. */
export type JudgedStore = Pick<MemoryLeaseStore, "log" | "follow">;

export class Judge {
  readonly violations: string[] = [];
  private readonly store: JudgedStore;
  private readonly machines: readonly User[];
  /** By how much a clock may differ from another one, ms. */
  private readonly skewMs: number;
  private readonly wasReserved: (machine: User, address: Ipv4) => boolean;
  private readonly now: () => number;

  constructor(parts: {
    store: JudgedStore;
    machines: readonly User[];
    skewMs: number;
    now: () => number;
    wasReserved: (machine: User, address: Ipv4) => boolean;
  }) {
    this.store = parts.store;
    this.machines = parts.machines;
    this.skewMs = parts.skewMs;
    this.wasReserved = parts.wasReserved;
    this.now = parts.now;
    this.store.follow((stored) => this.taken(stored));
  }

  /** I1: nothing is taken from a machine that uses it, by giving it to another or by giving it back in its name. */
  private taken({ address, event }: StoredEvent): void {
    const now = this.now();
    const user = this.machines.find(({ held }) => held && ip(held.address) === address && held.until > now);
    if (user === undefined) return;
    const isItsOwn = event!.client === user.id.client;
    if (!isItsOwn || (gives(event!) && !this.wasReserved(user, address)))
      this.blame(`I1: ${event!.type} takes ${formatIpv4(address)} from ${user.name}, which uses it`);
  }

  /** A machine has heeded an ACK at `now`. */
  granted(machine: User, now: number): void {
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
  private tells({ address, event }: StoredEvent, machine: User): boolean {
    return (
      !this.wasReserved(machine, address) || event!.type === "LeaseGranted" || event!.type === "LeaseRenewed"
    );
  }

  /** I7, I11: every event of an address followed the one before it in time. */
  judgeLog(): void {
    const before = new Map<number, StoredEvent>();
    for (const stored of this.store.log) {
      const last = before.get(stored.address);
      // What is written back into a store that has lost it was judged when it was stored first.
      if (last !== undefined && !isReasserted(stored.event!)) this.judgeSuccession(last, stored);
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
      const invariant = lease.state === "declined" ? "I11" : "I7";
      this.blame(`${invariant}: ${next.event!.type} of ${next.event!.client} came too soon after ${what}`);
    }
  }

  /** I3: when all is told to everybody, a client that has confirmed its address has no other. */
  judgeAddresses(now: number, users = this.machines, isInForce = (_subnet: string) => true): void {
    for (const { id, name, held } of users) {
      if (held === undefined) continue;
      const addresses = new Set(this.store.log.map(({ address }) => address));
      const bound = [...addresses].flatMap((address) => {
        const newest = this.store.log.findLast((stored) => stored.address === address)!;
        const lease = leaseAfter(newest.event!, newest.revision, newest.at);
        const counts =
          lease.client === id.client && isBound(lease, now as Instant) && isInForce(lease.subnet);
        return counts ? [lease] : [];
      });
      const subnets = new Set(bound.map(({ subnet }) => subnet));
      if (bound.length > subnets.size)
        this.blame(`I3: ${name} has ${bound.map((lease) => formatIpv4(lease.address)).join(" and ")}`);
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
