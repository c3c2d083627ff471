// Leases as octets. As objects a million of them are half a gigabyte, and the garbage collector walks through them all again
// and again; like this each is about 150 octets that it never looks at, and an object only while somebody reads it.

import { hashOf } from "@leasehold/cluster";
import type { ClientId, Ipv4, Mac } from "@leasehold/protocol";
import type { Instant, Revision } from "../lease/instant.ts";
import { after, LEASE_STATES, type Lease, type LeaseState } from "../lease/lease.ts";
import type { ClientTrace, RelayTrace } from "../lease/lease-event.ts";
import { RecordMemory, type Slot } from "./record-memory.ts";

// A record:
//
//   words    0 next    of the same bucket of clients, see record-indexes.ts
//            1 hash    of the client
//            2 address
//            3 flags   bits 0–1 the state; then what is there
//            4 subnet  as a number that stands for the text
//            5 node    likewise
//            6 xid
//            7 length  of the texts, in octets
//   doubles  4 revision   5 at   6 heldSeconds   7 seconds
//   octets  64 texts: client, intent, mac, host, hostname, giaddr, agent, trace; those that are there
//
// Before each text stands its length in characters as two characters of 15 bits, which are UTF-8 whatever they are.
const [NEXT, HASH, ADDRESS, FLAGS, SUBNET, NODE, XID, LENGTH] = [0, 1, 2, 3, 4, 5, 6, 7];
const [REVISION, AT, HELD_SECONDS, SECONDS] = [4, 5, 6, 7];
const HEAD_OCTETS = 64;
const LENGTH_BITS = 15;

const STATES = LEASE_STATES;
const STATE_MASK = 3;
const RESERVED = 1 << 2;
const HAS_XID = 1 << 3;
const FIRST_TEXT = 1 << 4;

export class LeaseRecords {
  private readonly memory = new RecordMemory();
  private readonly subnets = new Numbered();
  private readonly nodes = new Numbered();

  add(lease: Lease): Slot {
    const texts = new TextsWriter(textsOf(lease));
    const length = Buffer.byteLength(texts.text);
    const slot = this.memory.take(HEAD_OCTETS + length);
    const { octets, words, doubles } = this.memory.chunkOf(slot);
    const start = this.memory.startOf(slot);
    const word = start >> 2;
    words[word + HASH] = hashOf(lease.client);
    words[word + ADDRESS] = lease.address;
    words[word + FLAGS] = flagsOf(lease) | texts.present;
    words[word + SUBNET] = this.subnets.numberOf(lease.subnet);
    words[word + NODE] = this.nodes.numberOf(lease.node);
    words[word + XID] = lease.xid ?? 0;
    words[word + LENGTH] = length;
    const double = start >> 3;
    doubles[double + REVISION] = lease.revision;
    doubles[double + AT] = lease.at;
    doubles[double + HELD_SECONDS] = lease.heldSeconds;
    doubles[double + SECONDS] = lease.seconds;
    octets.write(texts.text, start + HEAD_OCTETS, length, encodingOf(texts.text.length, length));
    return slot;
  }

  free(slot: Slot): void {
    this.memory.free(slot);
  }

  read(slot: Slot): Lease {
    const { words, doubles } = this.memory.chunkOf(slot);
    const start = this.memory.startOf(slot);
    const word = start >> 2;
    const double = start >> 3;
    const flags = words[word + FLAGS]!;
    const texts = new TextsReader(this.textOf(slot), flags);
    const at = doubles[double + AT] as Instant;
    const heldSeconds = doubles[double + HELD_SECONDS]!;
    const client = texts.next() as ClientId;
    const intent = texts.next()!;
    return {
      address: (words[word + ADDRESS]! >>> 0) as Ipv4,
      state: STATES[flags & STATE_MASK]!,
      client,
      mac: texts.next() as Mac | undefined,
      subnet: this.subnets.textOf(words[word + SUBNET]!),
      host: texts.next(),
      hostname: texts.next(),
      seconds: doubles[double + SECONDS]!,
      heldSeconds,
      at,
      heldUntil: after(at, heldSeconds),
      revision: doubles[double + REVISION] as Revision,
      isReserved: (flags & RESERVED) !== 0,
      xid: (flags & HAS_XID) === 0 ? undefined : words[word + XID]! >>> 0,
      relay: relayOf(texts.next(), texts.next()),
      trace: traceOf(texts.next()),
      node: this.nodes.textOf(words[word + NODE]!),
      intent,
    };
  }

  clientOf(slot: Slot): ClientId {
    return new TextsReader(this.textOf(slot), this.word(slot, FLAGS)).next() as ClientId;
  }

  revisionOf(slot: Slot): Revision {
    return this.memory.chunkOf(slot).doubles[(this.memory.startOf(slot) >> 3) + REVISION] as Revision;
  }

  setAt(slot: Slot, at: Instant): void {
    this.memory.chunkOf(slot).doubles[(this.memory.startOf(slot) >> 3) + AT] = at;
  }

  heldUntilOf(slot: Slot): Instant {
    const { doubles } = this.memory.chunkOf(slot);
    const double = this.memory.startOf(slot) >> 3;
    return after(doubles[double + AT] as Instant, doubles[double + HELD_SECONDS]!);
  }

  stateOf(slot: Slot): LeaseState {
    return STATES[this.word(slot, FLAGS) & STATE_MASK]!;
  }

  subnetOf(slot: Slot): string {
    return this.subnets.textOf(this.word(slot, SUBNET));
  }

  /** Of its client. */
  hashOf(slot: Slot): number {
    return this.word(slot, HASH) >>> 0;
  }

  nextOf(slot: Slot): Slot {
    return this.word(slot, NEXT) as Slot;
  }

  setNext(slot: Slot, next: Slot): void {
    this.memory.chunkOf(slot).words[(this.memory.startOf(slot) >> 2) + NEXT] = next;
  }

  private word(slot: Slot, which: number): number {
    return this.memory.chunkOf(slot).words[(this.memory.startOf(slot) >> 2) + which]!;
  }

  private textOf(slot: Slot): string {
    const from = this.memory.startOf(slot) + HEAD_OCTETS;
    return this.memory.chunkOf(slot).octets.toString("utf8", from, from + this.word(slot, LENGTH));
  }
}

/** Few texts that stand in all records, each as a number. */
class Numbered {
  private readonly numbers = new Map<string, number>();
  private readonly texts: string[] = [];

  numberOf(text: string): number {
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    this.numbers.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }

  textOf(number: number): string {
    return this.texts[number]!;
  }
}

class TextsWriter {
  text = "";
  /** A flag for each text that is there. */
  present = 0;

  constructor(texts: readonly (string | undefined)[]) {
    for (let i = 0; i < texts.length; i++) {
      const text = texts[i];
      // Whoever else writes to the bucket may have put anything there.
      if (typeof text !== "string") continue;
      const { length } = text;
      this.present |= FIRST_TEXT << i;
      this.text += String.fromCharCode(length >> LENGTH_BITS, length & (2 ** LENGTH_BITS - 1)) + text;
    }
  }
}

class TextsReader {
  private readonly text: string;
  private at = 0;
  private present: number;

  constructor(text: string, flags: number) {
    this.text = text;
    this.present = flags / FIRST_TEXT;
  }

  next(): string | undefined {
    const isThere = (this.present & 1) !== 0;
    this.present >>= 1;
    if (!isThere) return undefined;
    const { text, at } = this;
    const length = (text.charCodeAt(at) << LENGTH_BITS) | text.charCodeAt(at + 1);
    this.at = at + 2 + length;
    return text.slice(at + 2, this.at);
  }
}

function textsOf({ client, intent, mac, host, hostname, relay, trace }: Lease) {
  const told = trace && JSON.stringify(trace);
  return [client, intent, mac, host, hostname, relay?.giaddr, relay?.agent, told];
}

function flagsOf({ state, isReserved, xid }: Lease): number {
  return STATES.indexOf(state) | (isReserved ? RESERVED : 0) | (xid === undefined ? 0 : HAS_XID);
}

function relayOf(giaddr: string | undefined, agent: string | undefined): RelayTrace | undefined {
  if (giaddr === undefined) return undefined;
  return agent === undefined ? { giaddr } : { giaddr, agent };
}

function traceOf(json: string | undefined): ClientTrace | undefined {
  return json === undefined ? undefined : JSON.parse(json);
}

/** Nearly all are ASCII, which is written faster as what it also is. */
function encodingOf(characters: number, octets: number): BufferEncoding {
  return characters === octets ? "latin1" : "utf8";
}
