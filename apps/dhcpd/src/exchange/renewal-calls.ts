// Calls for renewal (RFC 3203, 6704): clients that got a nonce with their ACK from this node are told to renew when the
// inventory or the network document no longer entitles them to their address. In memory only: a call that is never made
// costs the client the time until T1. Nothing is looked at on the packet path; `tick` does it, some clients at a time.
import {
  type BoundedMap,
  contextOf,
  entitlementTo,
  isBound,
  type Lease,
  type LeaseRequest,
} from "@leasehold/leases";
import type { Network, Subnet } from "@leasehold/network";
import { type ClientId, DhcpPort, decode, type Mac, MessageType, type Packet } from "@leasehold/protocol";
import { serverIdentifierFor } from "../relay/relay-information.ts";
import type { Grant } from "../reply/asked.ts";
import type { AckNonce } from "../reply/feature.ts";
import { NONCE_SIZE } from "../reply/forcerenew-nonce.ts";
import { leaseRequestOf } from "../request/lease-request.ts";
import { ownAddressFor } from "../request/link.ts";
import type { RecordedNonce } from "../views/recorded-nonce.ts";
import type { Exchange, ServiceParts } from "./exchange.ts";
import { forceRenewDelayMs, nextReplay, writeForceRenew } from "./forcerenew.ts";

/** As many clients are looked at in a tick, so that a change of the whole network neither stops packets nor makes a storm. */
const LOOKED_AT_MAX = 200;
const SENDINGS_MAX = 3;
const MESSAGE_SIZE = 548;

interface Call {
  sendings: number;
  dueAt: number;
}

export class RenewalCalls {
  private readonly parts: ServiceParts;
  private readonly remembered: BoundedMap<ClientId, RecordedNonce>;
  private readonly byMac = new Map<Mac, ClientId>();
  private readonly suspects = new Set<ClientId>();
  private readonly calls = new Map<ClientId, Call>();
  private everybody: Iterator<ClientId> | undefined;
  private replay = 0n;

  constructor(parts: ServiceParts) {
    this.parts = parts;
    this.remembered = parts.world.nonces;
    parts.events.hosts.subscribe(({ macs }) => {
      if (macs === undefined) this.suspectAll();
      else this.suspect(macs);
    });
  }

  /** How many clients can be called. */
  get size(): number {
    return this.remembered.size;
  }

  /** An ACK leaves: what becomes of the client's nonce, and what the ACK says of it. What the client was called for is done. */
  noteAcknowledged(exchange: Exchange, { address, nonce }: Grant): AckNonce | undefined {
    const { packet, request, arrival } = exchange;
    const { client, mac, link } = request;
    const known = this.remembered.get(client);
    this.forget(client);
    const { xid } = packet;
    if (nonce === "kept" && known !== undefined) this.remember({ ...known, address, xid });
    const { randomOctets } = this.parts;
    if (nonce !== "new" || randomOctets === undefined) return undefined;
    const octets = Uint8Array.from(packet.bytes);
    const made = randomOctets(NONCE_SIZE);
    this.remember({
      client,
      mac,
      address,
      link: arrival.link,
      subnet: link[0]!.id,
      nonce: made,
      octets,
      xid,
    });
    return { nonce: made, replay: this.nextReplay() };
  }

  /** The stream shows a lease: given back, or of another node, whose nonce counts then. */
  noticeStored({ client, address, state, node }: Lease): void {
    const called = this.remembered.get(client);
    if (called === undefined) return;
    const isGone = state !== "bound" && address === called.address;
    if (isGone || node !== this.parts.world.node) this.forget(client);
  }

  /** It has no address any more. */
  forget(client: ClientId): void {
    const called = this.remembered.get(client);
    if (called === undefined) return;
    this.remembered.delete(client);
    this.forgetCalls(called);
  }

  private forgetCalls({ client, mac }: RecordedNonce): void {
    if (this.byMac.get(mac) === client) this.byMac.delete(mac);
    this.calls.delete(client);
    this.suspects.delete(client);
  }

  /** Something else is said of the hosts with these hardware addresses. */
  private suspect(macs: Iterable<Mac>): void {
    if (this.remembered.size === 0) return;
    for (const mac of macs) {
      const client = this.byMac.get(mac);
      if (client !== undefined) this.suspects.add(client);
      this.suspectHoldersOfClaims(mac);
    }
  }

  /** Who has an address that the host with this hardware address claims now. */
  private suspectHoldersOfClaims(mac: Mac): void {
    const { inventory, view } = this.parts.world;
    for (const { addresses } of inventory.byMac(mac)?.interfaces ?? []) {
      for (const { address } of addresses) {
        const holder = view.get(address)?.client;
        if (holder !== undefined && this.remembered.has(holder)) this.suspects.add(holder);
      }
    }
  }

  /** Something else may be said of everybody. */
  suspectAll(): void {
    this.everybody = this.remembered.keys();
  }

  /** To be called every some 100 ms: looks at who is concerned by a change, and sends what is due. */
  tick(): void {
    if (this.remembered.size === 0 || this.parts.readiness.refusal() !== undefined) return;
    const now = this.parts.clocks.steady();
    for (let looked = 0; looked < LOOKED_AT_MAX; looked++) {
      const client = this.nextSuspect();
      if (client === undefined) break;
      if (!this.calls.has(client) && this.isToRenew(client))
        this.calls.set(client, { sendings: 0, dueAt: now });
    }
    for (const [client, call] of this.calls) if (call.dueAt <= now) this.send(client, call, now);
  }

  private nextSuspect(): ClientId | undefined {
    for (const client of this.suspects) {
      this.suspects.delete(client);
      return client;
    }
    const next = this.everybody?.next();
    if (next?.done !== false) this.everybody = undefined;
    return next?.value;
  }

  /** Whether a renewal would be told NAK now. Whoever would hear nothing is not called. */
  private isToRenew(client: ClientId): boolean {
    const { world, clocks } = this.parts;
    const called = this.remembered.get(client);
    const lease = called && world.view.get(called.address);
    if (!isBound(lease, clocks.now()) || lease.client !== client) return false;
    const request = this.requestOf(called!);
    if (request === undefined) return false;
    const policy = request.classes.find((each) => each.policy !== undefined)?.policy;
    if (policy !== undefined) return policy === "decommission";
    return entitlementTo(contextOf(world, request, clocks.now()), called!.address) === undefined;
  }

  private requestOf(called: RecordedNonce): LeaseRequest | undefined {
    const { client, octets, subnet } = called;
    const { network, inventory } = this.parts.world;
    const link = network.subnet(subnet)?.link ?? linkOfRenewal(network, called);
    const packet = packetIn(octets);
    if (link === undefined || packet === undefined) return undefined;
    return leaseRequestOf(packet, MessageType.REQUEST, { network, inventory, link, client, intent: "" });
  }

  private send(client: ClientId, call: Call, now: number): void {
    const called = this.remembered.get(client);
    const packet = called && packetIn(called.octets);
    if (called === undefined || packet === undefined || !this.isToRenew(client)) {
      this.calls.delete(client);
      return;
    }
    const { world, counters } = this.parts;
    const { address, nonce, xid, link } = called;
    const own = ownAddressFor(link, world.network.subnetContaining(address));
    const serverIdentifier = serverIdentifierFor(packet, world.network.serverIdentifier?.address ?? own);
    const { htype, chaddr } = packet;
    const buffer = Buffer.allocUnsafe(MESSAGE_SIZE);
    const target = { address, htype, chaddr, xid, serverIdentifier, nonce };
    const length = writeForceRenew(target, this.nextReplay(), buffer);
    const isSent = link.send(
      buffer.subarray(0, length),
      { kind: "unicast", address, port: DhcpPort.client },
      chaddr,
      own,
    );
    if (isSent) counters.count("replied", "FORCERENEW");
    else counters.count("anomalies", "send-failed");
    const delayMs = forceRenewDelayMs(++call.sendings);
    if (delayMs === undefined || call.sendings >= SENDINGS_MAX) this.calls.delete(client);
    else call.dueAt = now + delayMs;
  }

  private remember(called: RecordedNonce): void {
    const forgotten = this.remembered.set(called.client, called);
    if (forgotten !== undefined) this.forgetCalls(forgotten);
    this.byMac.set(called.mac, called.client);
  }

  private nextReplay(): bigint {
    this.replay = nextReplay(this.parts.clocks.now(), this.replay);
    return this.replay;
  }
}

/**
 * Its subnet has left the document: where its renewal would be looked for now, by unicast and past a relay agent (linkOf).
 * Undefined: it would get no answer.
 */
function linkOfRenewal(network: Network, { address, link }: RecordedNonce): readonly Subnet[] | undefined {
  const subnet =
    network.subnetContaining(address) ?? network.subnetOnLink(link.interfaceName, link.addresses);
  return subnet?.link;
}

function packetIn(octets: Uint8Array): Packet | undefined {
  const decoded = decode(octets);
  return decoded.ok ? decoded.packet : undefined;
}
