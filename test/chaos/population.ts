// Clients by the hundred on r1: on the link and behind a relay, unknown and reserved. r1 answers ARP for all their
// addresses, so that what a server sends to a client's own address arrives, and one socket hears for all.
import {
  decode,
  formatIpv4,
  type Ipv4,
  ipv4,
  type Mac,
  macBytes,
  macFromBytes,
  parseIpv4,
} from "@leasehold/protocol";
import type { Lab } from "../lab/lab.ts";
import { must, sleep } from "../lab/shell.ts";
import { UdpPort } from "../lab/udp-port.ts";
import { addressOn } from "../lab/wires.ts";
import { Random } from "../random.ts";
import { LivingClient, type Medium, type Whim } from "./living-client.ts";

/** Told by the fourth octet of the hardware address. */
export const CLIENT_KINDS = ["pool", "relayed", "reserved", "lan"] as const;
export type ClientKind = (typeof CLIENT_KINDS)[number];

const MAC_PREFIX = [0x02, 0xc4, 0x05];
/** All that a pool of these tests may hold, and the reserved addresses; not those of the real clients. */
const OURS = [
  "10.78.16.0/20",
  "10.77.1.0/24",
  "10.77.16.0/20",
  "10.77.32.0/19",
  "10.77.64.0/18",
  "10.77.128.0/17",
];
const RESERVED_FIRST = ipv4(0x0a4d0101);
export const RESERVED_MAX = 250;
const SERVER_PORT = 67;
const CLIENT_PORT = 68;

export const macOf = (kind: ClientKind, index: number): Mac =>
  macFromBytes(Uint8Array.of(...MAC_PREFIX, CLIENT_KINDS.indexOf(kind), index >> 8, index & 255));

/** Undefined for a client of somebody else. */
export function kindOf(mac: Mac): ClientKind | undefined {
  const bytes = macBytes(mac);
  return MAC_PREFIX.every((byte, i) => bytes[i] === byte) ? CLIENT_KINDS[bytes[3]!] : undefined;
}

export const reservedAddress = (index: number): Ipv4 => ipv4(RESERVED_FIRST + index);

/** Nine of ten leases are renewed, the others end in one of the ways in which leases do. */
const WHIMS: readonly Whim[] = [
  ...Array<Whim>(180).fill("renew"),
  ...Array<Whim>(6).fill("release"),
  ...Array<Whim>(5).fill("reboot"),
  ...Array<Whim>(4).fill("rediscover"),
  ...Array<Whim>(4).fill("vanish"),
  "decline",
];

export interface PopulationOptions {
  readonly seed: number;
  readonly counts: Readonly<Partial<Record<ClientKind, number>>>;
  readonly retryMs?: number;
  /** They only renew. */
  readonly isSteady?: boolean;
}

export class Population {
  readonly clients: LivingClient[] = [];
  private readonly lab: Lab;
  private readonly options: PopulationOptions;
  private readonly random: Random;
  private readonly link: UdpPort;
  private readonly relay: UdpPort | undefined;
  /** Of the second network. */
  private readonly lan: UdpPort | undefined;
  private readonly waiting = new Map<number, LivingClient>();
  private readonly born = { pool: 0, relayed: 0, reserved: 0, lan: 0 };

  private constructor(
    lab: Lab,
    options: PopulationOptions,
    { link, relay, lan }: { link: UdpPort; relay: UdpPort | undefined; lan: UdpPort | undefined },
  ) {
    this.lab = lab;
    this.options = options;
    this.random = new Random(options.seed);
    this.link = link;
    this.relay = relay;
    this.lan = lan;
    for (const port of [link, relay, lan]) {
      if (port === undefined) continue;
      port.onDatagram = ({ bytes }) => {
        const decoded = decode(bytes);
        if (decoded.ok) this.waiting.get(decoded.packet.xid)?.hear(decoded.packet);
      };
    }
  }

  static async open(lab: Lab, options: PopulationOptions): Promise<Population> {
    const onR1 = (...words: string[]) => must([...lab.onHost("r1").argv, "ip", "route", "replace", ...words]);
    await onR1("255.255.255.255/32", "dev", "eth0");
    for (const prefix of OURS) await onR1("local", prefix, "dev", "lo");
    // The relay's port is left to others when nobody is behind it.
    const { counts } = options;
    const r1 = lab.host("r1");
    const open = (port: number, address?: string) => UdpPort.open(lab, "r1", port, address);
    const population = new Population(lab, options, {
      link: await open(CLIENT_PORT),
      relay: counts.relayed ? await open(SERVER_PORT, r1.address!) : undefined,
      lan: counts.lan ? await open(CLIENT_PORT, addressOn(r1, "lan0")) : undefined,
    });
    for (const kind of CLIENT_KINDS) for (let i = 0; i < (counts[kind] ?? 0); i++) population.bear(kind);
    return population;
  }

  /** Lets them come, so many a second. */
  async start(rate: number): Promise<void> {
    for (const client of this.clients) {
      client.discover();
      await sleep(1000 / rate);
    }
  }

  /** A client more, which does nothing yet. */
  bear(kind: ClientKind): LivingClient {
    const { random, waiting, options } = this;
    const client = new LivingClient(macOf(kind, this.born[kind]++), this.mediumOf(kind), {
      random,
      retryMs: options.retryMs ?? 1000,
      expect: (xid, waiter) => waiting.set(xid, waiter),
      forget: (xid) => waiting.delete(xid),
      nextMac: (mac) => (kind === "reserved" ? mac : macOf(kind, this.born[kind]++ & 0xffff)),
      ...(options.isSteady
        ? {}
        : { whims: WHIMS.filter((whim) => whim !== "decline" || kind !== "reserved") }),
    });
    this.clients.push(client);
    return client;
  }

  clientsOf(kind: ClientKind): readonly LivingClient[] {
    return this.clients.filter(({ mac }) => kindOf(mac) === kind);
  }

  async end(): Promise<void> {
    for (const client of this.clients) client.end();
    await Promise.all([this.link, this.relay, this.lan].map((port) => port?.close()));
  }

  private mediumOf(kind: ClientKind): Medium {
    const port = (kind === "lan" && this.lan) || this.link;
    const toServer = (bytes: Uint8Array, server: Ipv4) => port.send(bytes, formatIpv4(server), SERVER_PORT);
    if (kind !== "relayed") {
      return {
        toAll: (bytes) => port.send(bytes, "255.255.255.255", SERVER_PORT),
        toServer,
        sender: {},
      };
    }
    const nodes = this.lab.nodes.map(({ address }) => address!);
    return {
      toAll: (bytes) => {
        for (const node of nodes) this.relay?.send(bytes, node, SERVER_PORT);
      },
      toServer,
      sender: { giaddr: parseIpv4(this.lab.host("r1").address!)!, broadcast: false },
    };
  }
}
