// Where the records of a client are: buckets by the hash of the client, each a chain through its records. The table is in
// shards that grow one by one, so that nobody waits for a million records to find their new buckets.

import { hashOf } from "@leasehold/cluster";
import type { ClientId } from "@leasehold/protocol";
import type { LeaseRecords } from "./lease-records.ts";
import { NO_SLOT, type Slot } from "./record-memory.ts";

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
