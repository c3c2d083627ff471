// The cluster's floating address as this node sees it: asked to vote on every tick, told with every heartbeat, carried and
// announced while this node is elected. Knows no socket and no clock of its own.

import { Election, type Word } from "@leasehold/cluster";
import { formatIpv4, type Ipv4 } from "@leasehold/protocol";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { DhcpMembership } from "./dhcp-membership.ts";

/** The machine's side of it. */
export interface AddressCarrier {
  /** Why the machine cannot carry the address, in words that follow the node's name; undefined when it can. */
  obstacle(address: Ipv4): string | undefined;
  /** For some seconds; called again before they pass. May throw. */
  carry(address: Ipv4): void;
  /** Tells the link's neighbours where the address is now. May throw. */
  announce(address: Ipv4): void;
  /** Also where it is not, or is from an earlier process. May throw. */
  drop(address: Ipv4): void;
}

/** Without being told again, the kernel removes the address after so many seconds, even while the process stands still. */
export const ADDRESS_LIFE_S = 2;
/** The kernel looks every quarter of a second. */
const KERNEL_MS = 250;

/** What a node says of the address, with each heartbeat. */
export interface FloatingWord extends Word {
  readonly address: string;
  /** Why its machine cannot carry the address, in a sentence. */
  readonly obstacle: string | null;
}

export interface FloatingIdentityParts {
  readonly self: string;
  readonly membership: DhcpMembership;
  readonly carrier: AddressCarrier;
  readonly note: (what: FloatingEvent) => void;
}

export type FloatingEvent =
  | { readonly kind: "taken" | "given-up"; readonly address: string }
  /** This node will not be elected. */
  | { readonly kind: "obstacle"; readonly address: string; readonly reason: string };

/** RFC 5227 §2.3 asks for two announcements; the old carrier's kernel may speak up against the first ones. */
const ANNOUNCEMENTS = 5;
/** After the kernel has said no. */
const FAILED_MS = 10_000;

export class FloatingIdentity {
  private readonly parts: FloatingIdentityParts;
  private address: Ipv4 | undefined;
  private vote: Election;
  private obstacle: string | undefined;
  private failedUntil = 0;
  private announced = 0;

  constructor(parts: FloatingIdentityParts, now: number) {
    this.parts = parts;
    this.vote = this.election(now);
  }

  private election(now: number): Election {
    return new Election({ self: this.parts.self, lingersMs: ADDRESS_LIFE_S * 1000 + KERNEL_MS }, now);
  }

  get carries(): boolean {
    return this.vote.carries;
  }

  /** The address that the network document wants to float; undefined: none. */
  noticeAddress(address: Ipv4 | undefined, now: number): void {
    if (address === this.address) return;
    this.giveUp(now);
    this.address = address;
    this.vote = this.election(now);
    this.failedUntil = 0;
    // It may still be there from an earlier process.
    if (address === undefined) return;
    this.drop();
    this.lookForObstacle(address, now);
  }

  announceAgain(): void {
    this.announced = 0;
  }

  /** For the heartbeat. */
  get word(): FloatingWord | undefined {
    if (this.address === undefined) return undefined;
    return { address: formatIpv4(this.address), ...this.vote.word, obstacle: this.obstacle ?? null };
  }

  /** Says whether the others should hear its word at once. */
  tick(now: number, isServing: boolean): boolean {
    if (this.address === undefined) return false;
    const { membership, self } = this.parts;
    const did = this.vote.carries;
    const circumstances = {
      heard: membership.floatingWords(formatIpv4(this.address), now).filter(({ node }) => node !== self),
      members: membership.sizeAt(now),
      canCarry: isServing && this.obstacle === undefined,
    };
    const hasChanged = this.vote.decide(circumstances, now);
    if (did && !this.vote.carries) this.letGo();
    if (!did && this.vote.carries) this.take(now);
    return hasChanged;
  }

  /** Before each heartbeat: what is carried stays only when it is carried again. */
  refresh(now: number): void {
    if (this.address === undefined) return;
    this.lookForObstacle(this.address, now);
    if (!this.vote.carries) return;
    try {
      this.parts.carrier.carry(this.address);
      if (this.announced++ < ANNOUNCEMENTS) this.parts.carrier.announce(this.address);
    } catch (error) {
      this.failedUntil = now + FAILED_MS;
      this.meet(error instanceof Error ? error.message : String(error), this.address);
      this.giveUp(now);
    }
  }

  /** At once: the node drains, stops, or has stood still. */
  giveUp(now: number): void {
    const did = this.vote.carries;
    this.vote.giveUp(now);
    if (did) this.letGo();
  }

  private take(now: number): void {
    this.announced = 0;
    this.refresh(now);
    if (this.vote.carries) this.note("taken");
  }

  private letGo(): void {
    this.drop();
    this.note("given-up");
  }

  private drop(): void {
    try {
      if (this.address !== undefined) this.parts.carrier.drop(this.address);
    } catch {
      // The kernel removes it by itself; a machine that may not change its addresses has none of ours.
    }
  }

  private lookForObstacle(address: Ipv4, now: number): void {
    if (now >= this.failedUntil) this.meet(this.parts.carrier.obstacle(address), address);
  }

  private meet(reason: string | undefined, address: Ipv4): void {
    if (reason !== undefined && reason !== this.obstacle)
      this.parts.note({ kind: "obstacle", address: formatIpv4(address), reason });
    this.obstacle = reason;
  }

  private note(kind: "taken" | "given-up"): void {
    if (this.address !== undefined) this.parts.note({ kind, address: formatIpv4(this.address) });
  }
}

/** Says in the log what has come of it. */
export function tellFloating(
  event: FloatingEvent,
  { log, counters }: Pick<Telemetry, "log" | "counters">,
): void {
  const { kind, address } = event;
  switch (kind) {
    case "taken":
      log.info({ address }, "this node now has the cluster's floating address");
      return;
    case "given-up":
      log.info({ address }, "this node no longer has the cluster's floating address");
      return;
    case "obstacle":
      counters.count("anomalies", "floating-address");
      log.warn(
        { address },
        `this node cannot take the cluster's floating address: ${event.reason}; another node must take it`,
      );
      return;
    default:
      kind satisfies never;
  }
}
