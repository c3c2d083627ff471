// Which packet is handled next, when more come than can be handled (I14). While few wait it is first come, first served. Beyond
// that the priority of a packet counts, and of equal ones the newest comes first: its sender is the likeliest to listen still,
// and the oldest would only be answered when it has asked again. Bounded: the oldest of the lowest priority are shed.
import { decode, type Mac, MessageType, macFromBytes, OptionCode, type Packet } from "@leasehold/protocol";
import { retransmitTimeoutOf, Tries } from "./tries.ts";

/** From the highest to the lowest. */
export const PRIORITIES = [
  /** A REQUEST that takes an offer: most of the work for this client is done. */
  "selecting",
  /** A client that has an address, and may lose it; or gives it back. */
  "holding",
  /** A new client that somebody has named. */
  "known",
  /** A new client that has asked before: should it be shed again it would ask after twice as long. */
  "repeating",
  "unknown",
] as const;
export type Priority = (typeof PRIORITIES)[number];

export interface Waiting {
  readonly bytes: Uint8Array;
  /** Of the steady clock, in ms. */
  readonly at: number;
}

export type ShedReason = "overloaded" | "too-late" | "already-in-progress" | "not-serving";

export interface AdmissionOptions {
  readonly isKnown: (mac: Mac) => boolean;
  readonly onShed: (reason: ShedReason) => void;
  readonly limit?: number;
  /** So many may wait for their turn without order. */
  readonly orderlyMax?: number;
}

const LIMIT = 16_384;
/** Some milliseconds of work. */
const ORDERLY_MAX = 256;

export class Admission<Packet extends Waiting> {
  private readonly options: Required<AdmissionOptions>;
  private readonly fresh = new Deque<Packet>();
  private readonly sorted = PRIORITIES.map(() => new Deque<Packet>());
  /** By xid, while there is an order: of a packet and its copies the newest counts. */
  private readonly byXid = new Map<number, Packet>();
  private readonly replaced = new Set<Packet>();
  /** Of hardware addresses, while there is an order. */
  private readonly tries = new Tries<Mac>();
  /** Of what waits, where it is no first try. */
  private readonly timesOf = new Map<Packet, number>();
  private waiting = 0;

  constructor(options: AdmissionOptions) {
    this.options = { limit: LIMIT, orderlyMax: ORDERLY_MAX, ...options };
  }

  get size(): number {
    return this.waiting;
  }

  put(packet: Packet): void {
    this.waiting++;
    this.fresh.push(packet);
    if (this.waiting > this.options.orderlyMax) this.order();
  }

  /** The next one to be handled; undefined when none waits that is worth it. */
  take(now: number): Packet | undefined {
    for (let next = this.next(); next !== undefined; next = this.next()) {
      if (this.replaced.delete(next)) continue;
      const times = this.timesOf.get(next) ?? 1;
      this.forget(next);
      // Of copies only the newest waits: the client has not asked again.
      if (now - next.at <= retransmitTimeoutOf(times)) return next;
      this.options.onShed("too-late");
    }
    return undefined;
  }

  /** Forgets all that waits; how many packets that were. */
  clear(): number {
    const cleared = this.waiting;
    for (const queue of [this.fresh, ...this.sorted]) queue.clear();
    this.byXid.clear();
    this.replaced.clear();
    this.timesOf.clear();
    this.waiting = 0;
    return cleared;
  }

  private next(): Packet | undefined {
    for (const queue of this.sorted) if (queue.size > 0) return queue.pop();
    return this.fresh.shift();
  }

  private order(): void {
    for (let one = this.fresh.shift(); one !== undefined; one = this.fresh.shift()) {
      this.replaceCopyOf(one);
      this.sorted[PRIORITIES.indexOf(this.priorityOf(one))]!.push(one);
    }
    while (this.waiting > this.options.limit) this.shedOldest();
  }

  private priorityOf(one: Packet): Priority {
    const { packet, priority } = sorted(one.bytes, this.options.isKnown);
    if (packet === undefined) return priority;
    const { times } = this.tries.note(macFromBytes(packet.chaddr), packet.messageType ?? 0, one.at);
    if (times > 1) this.timesOf.set(one, times);
    return priority === "unknown" && times > 1 ? "repeating" : priority;
  }

  private replaceCopyOf(packet: Packet): void {
    const xid = xidOf(packet.bytes);
    const earlier = this.byXid.get(xid);
    if (earlier !== undefined && isCopy(earlier.bytes, packet.bytes)) {
      this.replaced.add(earlier);
      this.timesOf.delete(earlier);
      this.waiting--;
      this.options.onShed("already-in-progress");
    }
    this.byXid.set(xid, packet);
  }

  private shedOldest(): void {
    const least = this.sorted.findLast((queue) => queue.size > 0)!;
    const oldest = least.shift()!;
    if (this.replaced.delete(oldest)) return;
    this.forget(oldest);
    this.options.onShed("overloaded");
  }

  private forget(packet: Packet): void {
    this.waiting--;
    this.timesOf.delete(packet);
    if (this.byXid.size === 0) return;
    const xid = xidOf(packet.bytes);
    if (this.byXid.get(xid) === packet) this.byXid.delete(xid);
  }
}

/** Of a first try. What cannot be read has no priority either way: it is dropped and counted soon. */
export function priorityOf(bytes: Uint8Array, isKnown: (mac: Mac) => boolean): Priority {
  return sorted(bytes, isKnown).priority;
}

function sorted(bytes: Uint8Array, isKnown: (mac: Mac) => boolean): { packet?: Packet; priority: Priority } {
  const decoded = decode(bytes);
  if (!decoded.ok) return { priority: "unknown" };
  const { packet } = decoded;
  if (packet.messageType === MessageType.REQUEST)
    return { packet, priority: packet.has(OptionCode.serverIdentifier) ? "selecting" : "holding" };
  if (!isNewClient(packet)) return { packet, priority: "holding" };
  return { packet, priority: isKnown(macFromBytes(packet.chaddr)) ? "known" : "unknown" };
}

function isNewClient({ messageType }: Packet): boolean {
  return messageType === undefined || messageType === MessageType.DISCOVER;
}

function xidOf(bytes: Uint8Array): number {
  return ((bytes[4]! << 24) | (bytes[5]! << 16) | (bytes[6]! << 8) | bytes[7]!) >>> 0;
}

/** The same but for what a repetition counts up: hops, secs. */
function isCopy(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length || a[0] !== b[0]) return false;
  for (let at = 12; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

/** An array that can be emptied from both ends. */
class Deque<Item> {
  private items: (Item | undefined)[] = [];
  private head = 0;

  get size(): number {
    return this.items.length - this.head;
  }

  push(item: Item): void {
    this.items.push(item);
  }

  pop(): Item | undefined {
    const item = this.size > 0 ? this.items.pop() : undefined;
    if (this.size === 0) this.clear();
    return item;
  }

  shift(): Item | undefined {
    if (this.size === 0) return undefined;
    const item = this.items[this.head];
    this.items[this.head++] = undefined;
    if (this.size === 0) this.clear();
    else if (this.head > 1024 && this.head * 2 > this.items.length) this.compact();
    return item;
  }

  clear(): void {
    this.items = [];
    this.head = 0;
  }

  private compact(): void {
    this.items = this.items.slice(this.head);
    this.head = 0;
  }
}
