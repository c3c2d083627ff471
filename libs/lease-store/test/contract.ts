// What every lease store must do, as tests that run against each adapter: the port's meaning.

import type { LeaseEvent } from "@leasehold/leases";
import {
  type Append,
  type AppendResult,
  isOwn,
  type LeaseStore,
  leaseKey,
  NO_REVISION,
  type Revision,
  type StoredEvent,
} from "@leasehold/leases";
import { type ClientId, ipv4 } from "@leasehold/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** Two writers of one store, as two nodes are, and a look at what it holds. */
export interface StorePair {
  readonly writers: readonly [LeaseStore, LeaseStore];
  read(append: Append): Promise<StoredEvent | undefined>;
  close(): Promise<void>;
}

export function leaseStoreContract(name: string, open: () => Promise<StorePair>, seeds = 1000): void {
  describe(`a lease store: ${name}`, () => {
    let pair: StorePair;
    beforeAll(async () => {
      pair = await open();
    });
    afterAll(() => pair.close());

    it("stores an event at the revision that the next one has to expect", async () => {
      const [store] = pair.writers;
      const first = await put(store, grant(1, "a"));
      const second = await put(store, { ...grant(1, "b"), expected: revisionOf(first) });
      expect([first.kind, second.kind]).toEqual(["stored", "stored"]);
      expect(revisionOf(second)).toBeGreaterThan(revisionOf(first));
      expect((await pair.read(grant(1, "b")))?.event?.intent).toBe("b");
    });

    it("refuses an event that expects an older revision, and says what stands there", async () => {
      const [store, other] = pair.writers;
      const first = await put(store, grant(2, "a"));
      const late = await put(other, grant(2, "b"));
      expect(late).toMatchObject({
        kind: "conflict",
        current: { event: { intent: "a" }, revision: revisionOf(first) },
      });
    });

    it("takes the same attempt twice for one", async () => {
      const [store] = pair.writers;
      const first = await put(store, grant(3, "a"));
      expect(await put(store, grant(3, "a"))).toEqual(first);
    });

    it("stores independent addresses of a burst all, each once", async () => {
      const burst = Array.from({ length: 500 }, (_, i) => grant(1000 + i, `burst-${i}`));
      const results = await Promise.all(burst.map((append, i) => put(pair.writers[i % 2]!, append)));
      expect(results.every(({ kind }) => kind === "stored")).toBe(true);
      expect(new Set(results.map(revisionOf)).size).toBe(500);
    });

    it("lets the good ones of a burst through when one of them is stale", async () => {
      const [store, other] = pair.writers;
      await put(other, grant(2007, "taken"));
      const burst = Array.from({ length: 64 }, (_, i) => grant(2000 + i, `mixed-${i}`));
      const results = await Promise.all(burst.map((append) => put(store, append)));
      const lost = results.flatMap(({ kind }, i) => (kind === "stored" ? [] : [`${i} ${kind}`]));
      expect(lost).toEqual(["7 conflict"]);
    });

    it(`gives an address to exactly one of two writers, ${seeds} times`, async () => {
      for (let seed = 0; seed < seeds; seed += 50) {
        const races = Array.from({ length: Math.min(50, seeds - seed) }, (_, i) => race(pair, seed + i));
        await Promise.all(races);
      }
    }, 120_000);
  });
}

/** Both writers want one address at once, among others that nobody contests; the seed says who asks when and for what else. */
async function race(pair: StorePair, seed: number): Promise<void> {
  const random = generator(seed);
  const address = 100_000 + seed * 10;
  const results = await Promise.all(
    pair.writers.map(async (writer, i) => {
      await pause(random());
      const others = Array.from({ length: Math.floor(random() * 4) }, (_, k) =>
        grant(address + 1 + i * 4 + k, `${seed}-${i}-${k}`),
      );
      const before = others.slice(0, 2).map((append) => put(writer, append));
      const contested = put(writer, grant(address, `${seed}-${i}`));
      const after = others.slice(2).map((append) => put(writer, append));
      const uncontested = await Promise.all([...before, ...after]);
      expect(
        uncontested.every(({ kind }) => kind === "stored"),
        `seed ${seed}`,
      ).toBe(true);
      return contested;
    }),
  );
  const kinds = results.map(({ kind }) => kind);
  expect([...kinds].sort(), `seed ${seed}`).toEqual(["conflict", "stored"]);
  const winner = kinds.indexOf("stored");
  const stored = await pair.read(grant(address, ""));
  expect(isOwn(grant(address, `${seed}-${winner}`), stored), `seed ${seed}`).toBe(true);
  const lost = results[1 - winner] as Extract<AppendResult, { kind: "conflict" }>;
  expect(lost.current?.event?.intent, `seed ${seed}`).toBe(`${seed}-${winner}`);
}

function pause(random: number): Promise<void> {
  if (random < 0.5) return Promise.resolve();
  return random < 0.75 ? Promise.resolve().then(() => {}) : new Promise((resolve) => setImmediate(resolve));
}

/** mulberry32: small, and the same everywhere. */
function generator(seed: number): () => number {
  let state = seed + 0x6d2b79f5;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** An event for the nth address of 10.0.0.0/8 that expects nothing there yet. */
export function grant(n: number, intent: string): Append {
  const address = ipv4(0x0a000000 + n);
  const event: LeaseEvent = {
    type: "LeaseGranted",
    v: 1,
    address: leaseKey(address),
    client: "0102005e100001" as ClientId,
    subnet: "contract",
    seconds: 60,
    heldSeconds: 120,
    node: "n1",
    network: 1,
    inventory: 1,
    intent,
  };
  return { address, expected: NO_REVISION, event };
}

export function put(store: LeaseStore, append: Append): Promise<AppendResult> {
  return new Promise((resolve) => store.append(append, resolve));
}

function revisionOf(result: AppendResult): Revision {
  return result.kind === "stored" ? result.revision : NO_REVISION;
}
