// A node on the real group commits, some of whose parts throw for some clients.
import type { CasOutcome } from "@leasehold/bus";
import { type CasStream, GroupCommits, type Timers } from "@leasehold/lease-store";
import { type Append, MemoryLeaseStore, type StoredEvent } from "@leasehold/leases";
import type { Ipv4, MessageTypeName } from "@leasehold/protocol";
import type { DhcpService } from "../src/exchange/dhcp-service.ts";
import type { Fault } from "../src/ports.ts";
import type { Counters } from "../src/telemetry/counters.ts";
import { MemoryCore } from "./memory-core.ts";
import { NETWORK, START, settled, TestClock } from "./node.ts";
import { client, decoded, type Fields, ip, packetOf, SERVER } from "./wire.ts";

/** The clients for which something throws, by number. */
export interface Throwing {
  send?: readonly number[];
  trace?: readonly number[];
  /** How many of the first replies. */
  onReplied?: number;
  probe?: readonly number[];
  isOutdated?: readonly number[];
}

/** The memory store as a stream of atomic batches. */
export function casOf(store: MemoryLeaseStore, before: () => void = () => {}): CasStream {
  const read = async (address: Ipv4) => store.log.findLast((stored) => stored.address === address);
  return {
    read,
    async publish(appends): Promise<CasOutcome> {
      before();
      for (const { address, expected } of appends)
        if (((await read(address))?.revision ?? 0) !== expected) return { kind: "conflict" };
      let revision = 0;
      for (const append of appends)
        store.append(append, (result) => {
          if (result.kind === "stored") revision = result.revision;
        });
      return { kind: "stored", revision };
    },
  };
}

/** The stream, which may stand still or be out of reach. */
class Stream implements CasStream {
  isHeld = false;
  isShut = false;
  private readonly stream: CasStream;

  constructor(stream: CasStream) {
    this.stream = stream;
  }

  publish(appends: readonly Append[], timeoutMs: number): Promise<CasOutcome> {
    return this.isHeld ? new Promise(() => {}) : this.stream.publish(appends, timeoutMs);
  }

  async read(address: Ipv4): Promise<StoredEvent | undefined> {
    if (this.isShut) throw new Error("no responders");
    return this.stream.read(address);
  }
}

const POOL = "10.0.0.100-10.0.0.199";

export class ThrowingNode {
  throws: Throwing;
  readonly service: DhcpService;
  readonly counters: Counters;
  readonly faults: Fault[] = [];
  /** The clients that got a reply, in order. */
  readonly answered: number[] = [];
  readonly packets: Buffer[] = [];
  readonly store: Stream;
  private readonly clock = new TestClock();
  private due: { readonly at: number; readonly run: () => void }[] = [];
  private replies = 0;

  constructor(throws: Throwing) {
    this.throws = throws;
    const subnet = { ...NETWORK.subnets[0]!, pools: [{ range: POOL }], authoritative: true };
    const network = { ...NETWORK, conflictProbe: { waitMs: 100 }, subnets: [subnet] };
    const { clock } = this;
    this.store = new Stream(casOf(new MemoryLeaseStore(clock.now)));
    const { core, serving } = new MemoryCore({
      ...{ name: "n1", address: ip(SERVER), network: network as typeof NETWORK, streamOffsetMs: START },
      machine: { steady: clock.steady, wall: clock.now },
      store: (commits) =>
        new GroupCommits(this.store, this.timers(), {
          ...commits,
          isOutdated: ({ event }: Append) => {
            throwIf(this.throws.isOutdated?.includes(numberOf(event.client)), "isOutdated");
            return false;
          },
        }),
      ports: {
        probe: async (_, { clientMac }) => {
          throwIf(this.throws.probe?.includes(numberOf(clientMac)), "probe");
          return "free";
        },
      },
    });
    this.service = serving.service;
    this.counters = core.telemetry.counters;
    const { packet, reply, fault } = core.telemetry.events;
    fault.subscribe((each) => this.faults.push(each));
    packet.subscribe(({ mac }) => throwIf(this.throws.trace?.includes(numberOf(mac)), "trace"));
    reply.subscribe(() => throwIf(++this.replies <= (this.throws.onReplied ?? 0), "onReplied"));
  }

  /** Nothing throws any more. */
  calm(): void {
    this.throws = {};
  }

  /** A DISCOVER, or the REQUEST that selects this client's own address. */
  ask(n: number, type: MessageTypeName, fields: Fields = {}): void {
    const selects = { requested: `10.0.0.${100 + n}`, server: SERVER };
    this.receive(
      n,
      packetOf(type, client(n + 1), { ...(type === "REQUEST" ? selects : {}), xid: n + 1, ...fields }),
    );
  }

  renew(n: number): void {
    this.receive(n, packetOf("REQUEST", client(n + 1), { ciaddr: `10.0.0.${100 + n}`, xid: 100 + n }));
  }

  append(n: number): Append {
    const address = ip(`10.0.0.${n}`);
    return {
      address,
      expected: 0 as Append["expected"],
      event: { type: "LeaseGranted", v: 1, client: client(n).client, intent: `i${n}` } as Append["event"],
    };
  }

  private receive(n: number, bytes: Buffer): void {
    this.packets.push(bytes);
    const send = (payload: Buffer) => {
      if (this.throws.send?.includes(n)) throw new Error("send throws");
      decoded(Uint8Array.from(payload));
      this.answered.push(n);
      return true;
    };
    const link = { interfaceName: "eth0", addresses: [ip(SERVER)], send };
    this.service.reception.take(bytes, { link, isBroadcast: true, sourcePort: undefined });
  }

  /** As long as the timers of the commits need. */
  async pass(ms: number): Promise<void> {
    for (const end = this.clock.ms + ms; this.clock.ms < end; this.clock.ms++) {
      await settled();
      const now = this.due.filter(({ at }) => at <= this.clock.ms);
      this.due = this.due.filter(({ at }) => at > this.clock.ms);
      for (const { run } of now) run();
      await settled();
    }
  }

  private timers(): Timers {
    return {
      now: () => this.clock.ms,
      wall: () => this.clock.ms,
      after: (ms, run) => this.due.push({ at: this.clock.ms + ms, run }),
      soon: (run) => this.due.push({ at: this.clock.ms, run }),
      random: () => 0.5,
    };
  }
}

/** The last octets of a hardware address, or of a client that is known by it. */
function numberOf(text: string): number {
  return Number.parseInt(text.replaceAll(":", "").slice(-4), 16) - 1;
}

function throwIf(isSo: boolean | undefined, what: string): void {
  if (isSo) throw new Error(`${what} throws`);
}
