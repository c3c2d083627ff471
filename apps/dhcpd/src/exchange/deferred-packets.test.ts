// What was left to another node: the newest of each client, for as long as it may be unanswered.
import { describe, expect, test } from "vitest";
import { alice, bob, client } from "../../test/wire.ts";
import { DeferredPackets } from "./deferred-packets.ts";

const arrival = { link: { interfaceName: "eth0", addresses: [], send: () => true }, isBroadcast: true };

function left(heardAt: number, octet = 0) {
  return { bytes: Uint8Array.of(octet), arrival: { ...arrival, sourcePort: 68 }, heardAt };
}

function clientsSince(packets: DeferredPackets, lastBeatAt: number, now: number) {
  return packets.since(lastBeatAt, now).map(([of]) => of);
}

test("of a client the newest counts: with that it went on", () => {
  const packets = new DeferredPackets();
  packets.note(alice.client, left(0, 1));
  packets.note(alice.client, left(10, 3));
  expect(packets.since(0, 2000).map(([, { bytes }]) => bytes[0])).toEqual([3]);
});

test("what this node answers itself is not left to anybody", () => {
  const packets = new DeferredPackets();
  packets.note(alice.client, left(0));
  packets.forget(alice.client);
  expect(packets.since(0, 0)).toEqual([]);
});

describe("a death", () => {
  test("concerns what came after the last heartbeat, less half a second", () => {
    const packets = new DeferredPackets();
    packets.note(alice.client, left(499));
    packets.note(bob.client, left(500));
    expect(clientsSince(packets, 1000, 3000)).toEqual([bob.client]);
  });

  test("that is noticed late does not bring back what its client has long given up", () => {
    const packets = new DeferredPackets();
    packets.note(alice.client, left(999));
    packets.note(bob.client, left(1000));
    expect(clientsSince(packets, 0, 4000)).toEqual([bob.client]);
  });
});

test("what is old goes when something new comes; of many the oldest goes first", () => {
  const packets = new DeferredPackets();
  packets.note(alice.client, left(0));
  packets.note(bob.client, left(2999));
  expect(packets.size).toBe(2);
  packets.note(client(3).client, left(3000));
  expect(clientsSince(packets, 0, 3000)).toEqual([bob.client, client(3).client]);
  for (let n = 4; n < 17_000; n++) packets.note(client(n).client, left(3000));
  expect(packets.size).toBe(16_384);
  expect(clientsSince(packets, 0, 3000)).not.toContain(bob.client);
});
