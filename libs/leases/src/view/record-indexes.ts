// Where records are: by their address, and by their client. Neither ever moves more than a thousandth of itself to grow, while a Map of a
// million stands still to do so.

import { hashOf } from "@leasehold/cluster";
import type { ClientId, Ipv4 } from "@leasehold/protocol";
import type { LeaseRecords } from "./lease-records.ts";
import { NO_SLOT, type Slot } from "./record-memory.ts";

const PAGE_BITS = 8;
const PAGE_SIZE = 2 ** PAGE_BITS;

/** Pools are rows of addresses, so each /24 is a page of 256 slots, and nothing is ever moved as the index grows. */
export class AddressIndex {
  private readonly pages = new Map<number, Int32Array>();
  size = 0;

  get(address: Ipv4): Slot {
    const page = this.pages.get(address >>> PAGE_BITS);
    return page === undefined ? NO_SLOT : (page[address & (PAGE_SIZE - 1)] as Slot);
  }

  set(address: Ipv4, slot: Slot): void {
    const number = address >>> PAGE_BITS;
    let page = this.pages.get(number);
    if (page === undefined) {
      page = new Int32Array(PAGE_SIZE).fill(NO_SLOT);
      this.pages.set(number, page);
    }
    const at = address & (PAGE_SIZE - 1);
    this.size += Number(slot !== NO_SLOT) - Number(page[at] !== NO_SLOT);
    page[at] = slot;
  }

  /** Those that are there when their turn comes: it may change meanwhile. */
  *slots(): IterableIterator<Slot> {
    for (const page of this.pages.values()) {
      for (let at = 0; at < PAGE_SIZE; at++) {
        if (page[at] !== NO_SLOT) yield page[at] as Slot;
      }
    }
  }
}

const SHARD_BITS = 10;
const SHARDS = 2 ** SHARD_BITS;
const BUCKETS_LEAST = 16;
/** To find a record its new bucket is a look at memory that no cache has: so that happens seldom. */
const GROWTH = 4;

interface Shard {
  /** The first record of each bucket; a power of two of them. */
  heads: Int32Array;
  size: number;
}

/** Buckets by the hash of the client, each a chain through its records. The table is in shards that grow one by one. */
export class ClientIndex {
  private readonly records: LeaseRecords;
  private readonly shards = Array.from({ length: SHARDS }, (): Shard | undefined => undefined);

  constructor(records: LeaseRecords) {
    this.records = records;
  }

  add(slot: Slot): void {
    const hash = this.records.hashOf(slot);
    const number = hash & (SHARDS - 1);
    this.shards[number] ??= { heads: empty(BUCKETS_LEAST), size: 0 };
    const shard = this.shards[number];
    if (shard.size++ === shard.heads.length) this.grow(shard);
    this.chain(shard.heads, slot, hash);
  }

  remove(slot: Slot): void {
    const { records } = this;
    const hash = records.hashOf(slot);
    const shard = this.shards[hash & (SHARDS - 1)]!;
    shard.size--;
    const bucket = bucketIn(shard.heads, hash);
    let at = shard.heads[bucket] as Slot;
    if (at === slot) {
      shard.heads[bucket] = records.nextOf(slot);
      return;
    }
    while (records.nextOf(at) !== slot) at = records.nextOf(at);
    records.setNext(at, records.nextOf(slot));
  }

  of(client: ClientId): Slot[] {
    const { records } = this;
    const hash = hashOf(client);
    const shard = this.shards[hash & (SHARDS - 1)];
    const found: Slot[] = [];
    if (shard === undefined) return found;
    const { heads } = shard;
    for (let at = heads[bucketIn(heads, hash)] as Slot; at !== NO_SLOT; at = records.nextOf(at)) {
      if (records.hashOf(at) === hash && records.clientOf(at) === client) found.push(at);
    }
    return found;
  }

  private chain(heads: Int32Array, slot: Slot, hash: number): void {
    const bucket = bucketIn(heads, hash);
    this.records.setNext(slot, heads[bucket] as Slot);
    heads[bucket] = slot;
  }

  private grow(shard: Shard): void {
    const { records } = this;
    const heads = empty(GROWTH * shard.heads.length);
    for (const head of shard.heads) {
      for (let at = head as Slot; at !== NO_SLOT; ) {
        const next = records.nextOf(at);
        this.chain(heads, at, records.hashOf(at));
        at = next;
      }
    }
    shard.heads = heads;
  }
}

function empty(buckets: number): Int32Array {
  return new Int32Array(buckets).fill(NO_SLOT);
}

/** By those bits of the hash that do not name the shard. */
function bucketIn(heads: Int32Array, hash: number): number {
  return (hash >>> SHARD_BITS) & (heads.length - 1);
}
