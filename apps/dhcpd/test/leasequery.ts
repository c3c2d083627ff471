// Leases as a leasequery finds them, and queries: for the tests of RFC 4388 and RFC 6926.
import { hostKey, Inventory } from "@leasehold/inventory";
import { type Instant, instant, type Lease, type LeaseState, LeaseView, revision } from "@leasehold/leases";
import { compileNetwork, type Network, type NetworkDocument } from "@leasehold/network";
import { type ClientId, formatIpv4, type MessageTypeName, type Packet } from "@leasehold/protocol";
import { LeasequeryIndex } from "../src/leasequery/lease-index.ts";
import type { LeasequeryWorld } from "../src/leasequery/reply-options.ts";
import { alice, type Client, type Fields, ip, packet } from "./wire.ts";

/** Times in the tests are seconds around this one. */
export const NOON = instant(Date.parse("2026-11-21T12:00:00Z"));
export const PEER = "10.9.0.1";
export const SERVER = ip("10.0.0.2");

export const LAN: NetworkDocument = {
  version: 1,
  subnets: [
    {
      ...{ id: "lan", prefix: "10.0.0.0/24", pools: [{ range: "10.0.0.10-10.0.0.13" }] },
      options: { routers: ["10.0.0.1"], nisDomain: "secret" },
    },
  ],
};

export function at(seconds: number): Instant {
  return instant(NOON + seconds * 1000);
}

export interface LeaseFields {
  readonly of?: Client;
  readonly client?: ClientId;
  readonly state?: LeaseState;
  /** In seconds around noon. */
  readonly at?: number;
  readonly seconds?: number;
  readonly held?: number;
  /** Option 82 as hex. */
  readonly agent?: string;
  readonly subnet?: string;
  readonly node?: string;
  readonly xid?: number | undefined;
  readonly more?: Partial<Lease>;
}

let revisions = 0;

function heldUntil(from: Instant, seconds: number): Instant {
  return seconds === 0xffffffff ? instant(Number.POSITIVE_INFINITY) : instant(from + seconds * 1000);
}

export function lease(address: string, fields: LeaseFields = {}): Lease {
  const { of = alice, state = "bound", seconds = 3600, agent } = fields;
  const granted = at(fields.at ?? 0);
  const heldSeconds = fields.held ?? 2 * seconds;
  return {
    ...{ address: ip(address), state, client: fields.client ?? of.client, mac: of.mac },
    ...{ subnet: fields.subnet ?? "lan", host: undefined, hostname: "n1", seconds, heldSeconds },
    ...{ at: granted, heldUntil: heldUntil(granted, heldSeconds), revision: revision(++revisions) },
    ...{ xid: "xid" in fields ? fields.xid : 7, node: fields.node ?? "one", intent: "i" },
    ...(agent === undefined ? {} : { relay: { giaddr: PEER, agent } }),
    ...fields.more,
  } as Lease;
}

export class TestWorld implements LeasequeryWorld {
  readonly node = "one";
  readonly view = new LeaseView();
  readonly inventory = new Inventory();
  readonly index = new LeasequeryIndex(this.view);
  network: Network;

  constructor(leases: readonly Lease[] = [], network: Network = compileNetwork(LAN, 1)) {
    this.network = network;
    for (const one of leases) this.learn(one);
  }

  learn(one: Lease): void {
    this.view.apply(one);
    this.index.note(one);
  }

  reserve(...reserved: string[]): void {
    const since = "2026-01-01T00:00:00Z";
    const addresses = reserved.map((address) => ({ address, since }));
    const host = { interfaces: [{ mac: alice.mac, addresses }] };
    const set = { type: "HostSet", v: 1, id: "x1", source: "test", observedAt: since, host };
    this.inventory.apply(hostKey("x1"), set, 1);
  }

  optionsOf(one: Lease): ReadonlyMap<number, Uint8Array> {
    return this.network.subnet(one.subnet)?.options ?? new Map();
  }
}

/** A query in which nobody is named yet. */
export function query(type: MessageTypeName, fields: Fields = {}): Packet {
  const nobody: Fields = { htype: 0, hlen: 0, chaddr: new Uint8Array(0), giaddr: PEER };
  return packet(type, alice, { ...nobody, ...fields });
}

export const addressOf = (reply: { readonly ciaddr: Parameters<typeof formatIpv4>[0] }): string =>
  formatIpv4(reply.ciaddr);
