// A world for tests that read "given these events, when this request comes, then this is decided".
import { Members } from "@leasehold/cluster";
import { type HostEvent, hostKey, Inventory } from "@leasehold/inventory";
import { compileNetwork, type Network, type NetworkDocument, type PoolDocument } from "@leasehold/network";
import {
  type ClientId,
  clientIdOfHardware,
  formatIpv4,
  type Ipv4,
  type Mac,
  MessageType,
  macBytes,
  parseIpv4,
  parseMac,
} from "@leasehold/protocol";
import {
  type Append,
  DEFAULT_POLICY,
  type Decision,
  decide,
  type Instant,
  instant,
  type Lease,
  type LeaseEvent,
  type LeaseEventType,
  type LeaseRequest,
  LeaseView,
  leaseAfter,
  Offers,
  revision,
  type StoreState,
  type World,
} from "../src/index.ts";

export const NOW = instant(Date.parse("2026-11-21T12:00:00Z"));
/** By which the node of these tests is known, and another member; a server that is none of ours. */
export const SERVER = "10.0.0.2";
export const OTHER_MEMBER = "10.0.0.3";
export const STRANGER = "10.0.0.99";

export const ip = (text: string): Ipv4 => parseIpv4(text)!;

export interface Client {
  readonly client: ClientId;
  readonly mac: Mac;
}

export function client(n: number): Client {
  const mac = parseMac(`02000000${n.toString(16).padStart(4, "0")}`)!;
  return { mac, client: clientIdOfHardware(1, macBytes(mac)) };
}

export const [alice, bob, carol] = [client(1), client(2), client(3)];

export const LEASE_SECONDS = 3600;

interface Setting {
  readonly prefix?: string;
  readonly pools?: readonly PoolDocument[];
  readonly authoritative?: boolean;
  readonly hosts?: Readonly<Record<string, { of: Client; address?: string; since?: string }>>;
  readonly members?: readonly string[];
  readonly node?: string;
  readonly store?: StoreState;
  readonly moreSubnets?: NetworkDocument["subnets"];
  /** More of the subnet. */
  readonly limits?: NetworkDocument["limits"];
  readonly subnet?: Partial<NetworkDocument["subnets"][number]>;
}

/** One subnet 10.0.0.0/24 with the addresses .10 to .13 for everybody, leased for an hour and held for two. */
export function network(setting: Setting = {}): Network {
  const { pools = [{ range: "10.0.0.10-10.0.0.13" }], authoritative = false, moreSubnets = [] } = setting;
  const { prefix = "10.0.0.0/24" } = setting;
  const lan = { id: "lan", prefix, interface: "eth0", authoritative, pools: [...pools], ...setting.subnet };
  const defaults = { lease: { seconds: LEASE_SECONDS, heldFactor: 2 } };
  return compileNetwork({ version: 1, defaults, limits: setting.limits, subnets: [lan, ...moreSubnets] }, 7);
}

export class TestWorld implements World {
  readonly node: string;
  readonly view = new LeaseView();
  readonly offers = new Offers();
  readonly inventory = new Inventory();
  readonly policy = DEFAULT_POLICY;
  network: Network;
  members: Members;
  readonly store: StoreState;
  /** The newest revision that a test has stored. */
  stored = 0;

  constructor(setting: Setting = {}) {
    this.node = setting.node ?? "n1";
    this.network = network(setting);
    this.members = new Members(this.node, setting.members ?? []);
    this.store = setting.store ?? "writable";
    for (const [id, { of, ...more }] of Object.entries(setting.hosts ?? {})) this.setHost(id, of, more);
  }

  readonly servers = new Set([ip(SERVER), ip(OTHER_MEMBER)]);

  isServer(address: Ipv4): boolean {
    return this.servers.has(address);
  }

  setHost(id: string, of: Client, options: HostOptions = {}): this {
    const { address, since = "2026-01-01T00:00:00Z" } = options;
    const claimed = options.addresses ?? (address === undefined ? [] : [address]);
    const addresses = claimed.map((one) => ({ address: one, since }));
    const host = { hostname: id, interfaces: [{ mac: of.mac, since, addresses }] };
    const event: HostEvent = { type: "HostSet", v: 1, id, source: "test", host, observedAt: since };
    this.inventory.apply(hostKey(id), event, this.inventory.revision + 1);
    return this;
  }

  removeHost(id: string): this {
    this.inventory.apply(hostKey(id), undefined, this.inventory.revision + 1);
    return this;
  }
}

interface HostOptions {
  readonly address?: string;
  readonly addresses?: readonly string[];
  readonly since?: string;
}

/** An event and how many seconds before NOW it was stored. */
export interface Past {
  readonly event: LeaseEvent;
  readonly ago: number;
}

interface PastOptions {
  readonly reserved?: true;
  readonly ago?: number;
  readonly seconds?: number;
  readonly held?: number;
  readonly subnet?: string;
  readonly hostname?: string;
  readonly node?: string;
  readonly xid?: number;
}

function past(type: LeaseEventType, to: Client, address: string, options: PastOptions = {}): Past {
  const { ago = 0, seconds = 0, held = 0, subnet = "lan", hostname, node = "n1", xid, reserved } = options;
  const event: LeaseEvent = {
    ...{ type, v: 1, address, client: to.client, mac: to.mac, subnet, seconds, heldSeconds: held, node },
    ...(hostname === undefined ? {} : { hostname }),
    ...(xid === undefined ? {} : { xid }),
    ...(reserved === undefined ? {} : { reserved }),
    ...{ network: 7, inventory: 0, intent: `${type}-${address}-${ago}` },
  };
  return { event, ago };
}

export const granted = (to: Client, address: string, options?: PastOptions): Past =>
  past("LeaseGranted", to, address, { seconds: LEASE_SECONDS, held: 2 * LEASE_SECONDS, ...options });
export const offered = (to: Client, address: string, options?: PastOptions): Past =>
  past("AddressOffered", to, address, { held: DEFAULT_POLICY.storedOfferSeconds, ...options });
export const released = (to: Client, address: string, options?: PastOptions): Past =>
  past("LeaseReleased", to, address, options);
export const declined = (to: Client, address: string, options?: PastOptions): Past =>
  past("AddressDeclined", to, address, { held: DEFAULT_POLICY.probationSeconds, ...options });

/** The events, in the order of their revisions, in a world. */
export function given(setting: Setting, ...events: Past[]): TestWorld {
  return after(new TestWorld(setting), ...events);
}

/** The same world some events later. */
export function after(world: TestWorld, ...events: Past[]): TestWorld {
  for (const each of events) store(world, each);
  return world;
}

function store(world: TestWorld, { event, ago }: Past): void {
  const newest = Math.max(0, ...Array.from(world.view.all(), (lease: Lease) => lease.revision));
  world.view.apply(leaseAfter(event, revision(newest + 1), instant(NOW - ago * 1000)));
}

interface Fields {
  readonly ciaddr?: string;
  readonly requested?: string;
  readonly server?: string;
  readonly link?: readonly string[];
  readonly hostname?: string;
  readonly firmware?: boolean;
  readonly xid?: number;
}

/** A request as a packet would have made it: absent options are undefined, an absent ciaddr is 0. */
export function request(world: World, type: number, of: Client, fields: Fields = {}): LeaseRequest {
  const { ciaddr, requested, server, link = ["lan"], hostname, firmware = false, xid = 0x1dea } = fields;
  return {
    ...{ type, ...of, hostname, firmware, xid, relay: undefined, intent: "this-attempt" },
    link: link.map((id) => world.network.subnet(id)!),
    classes: [],
    ciaddr: ip(ciaddr ?? "0.0.0.0"),
    requestedAddress: requested === undefined ? undefined : ip(requested),
    serverIdentifier: server === undefined ? undefined : ip(server),
  };
}

type When = (of: Client, fields?: Fields) => string;

/** What the world decides on a message now, in words: see `told`. */
export function when(world: TestWorld, now: Instant = NOW): Record<Message, When> {
  const decided =
    (type: number): When =>
    (of, fields) =>
      told(decide(world, request(world, type, of, fields), now, world.store));
  return {
    discover: decided(MessageType.DISCOVER),
    request: decided(MessageType.REQUEST),
    release: decided(MessageType.RELEASE),
    decline: decided(MessageType.DECLINE),
    inform: decided(MessageType.INFORM),
  };
}

type Message = "discover" | "request" | "release" | "decline" | "inform";

/** "ACK 10.0.0.10 for 3600 s, once LeaseGranted for 7200 s is stored", "NAK: wrong-network", "silent: unknown-lease" … */
export function told(decision: Decision): string {
  switch (decision.kind) {
    case "grant":
      return `${decision.reply} ${formatIpv4(decision.address)} for ${decision.seconds} s${stored(decision.append)}`;
    case "inform":
      return "ACK without a lease";
    case "offer-no-address":
      return `OFFER without an address, in ${decision.pool?.id ?? "no pool"}`;
    case "refuse":
      return `NAK: ${decision.reason}`;
    case "silent":
      return `silent: ${decision.reason}${stored(decision.append)}`;
    default:
      return decision satisfies never;
  }
}

function stored(append: Append | undefined): string {
  return append === undefined
    ? ""
    : `, once ${append.event.type} for ${append.event.heldSeconds} s is stored`;
}

export const secondsLater = (seconds: number): Instant => instant(NOW + seconds * 1000);
