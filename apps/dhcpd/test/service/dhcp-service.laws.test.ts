// Whatever arrives: no exception, and each packet is accounted for once (I15).
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { settled, TestNode } from "../node.ts";
import { alice, client, decoded, ip, packetOf } from "../wire.ts";

const octets = fc.uint8Array({ maxLength: 1500 });
const option = fc.tuple(fc.integer({ min: 1, max: 254 }), fc.uint8Array({ maxLength: 40 }));
const address = fc.constantFrom(
  "0.0.0.0",
  "10.0.0.10",
  "10.0.0.11",
  "10.0.0.77",
  "10.1.2.3",
  "255.255.255.255",
);

/** Well formed, and as absurd as fields and options allow. */
const absurd = fc
  .record({
    type: fc.constantFrom(
      "DISCOVER",
      "REQUEST",
      "DECLINE",
      "RELEASE",
      "INFORM",
      "LEASEQUERY",
      "ACK" as const,
    ),
    of: fc.nat({ max: 3 }).map(client),
    fields: fc.record({
      ...{ ciaddr: address, giaddr: address, broadcast: fc.boolean(), hlen: fc.nat({ max: 16 }) },
      ...{ htype: fc.constantFrom(1, 6, 32, 255), options: fc.array(option, { maxLength: 6 }) },
    }),
    more: fc.record(
      { requested: address, server: fc.constantFrom("10.0.0.2", "10.0.0.99") },
      { requiredKeys: [] },
    ),
  })
  .map(({ type, of, fields, more }) => packetOf(type, of, { ...fields, ...more }));

/** A good packet with octets changed, and cut off somewhere. */
const damaged = fc
  .record({
    type: fc.constantFrom("DISCOVER", "REQUEST", "RELEASE" as const),
    damages: fc.array(fc.tuple(fc.nat({ max: 299 }), fc.nat({ max: 255 })), { minLength: 1, maxLength: 8 }),
    length: fc.oneof({ weight: 3, arbitrary: fc.constant(300) }, fc.nat({ max: 300 })),
  })
  .map(({ type, damages, length }) => {
    const bytes = packetOf(type, alice, { requested: "10.0.0.10", ciaddr: "10.0.0.10" });
    for (const [at, value] of damages) bytes[at] = value;
    return bytes.subarray(0, length);
  });

describe("each packet is answered, met with silence, or dropped: one of these, once", () => {
  // One node for all of them, as in life: what one packet leaves behind must not trip the next.
  let node: TestNode;
  let packets: number;
  beforeEach(() => {
    node = new TestNode();
    packets = 0;
  });

  test.each([
    ["octets of any kind", octets, 500],
    ["damaged packets", damaged, 1000],
    ["absurd packets", absurd, 1000],
  ] as const)("%s", async (_, arbitrary, numRuns) => {
    await fc.assert(
      fc.asyncProperty(arbitrary, fc.boolean(), async (bytes, isBroadcast) => {
        node.receive(bytes, isBroadcast);
        await settled();
        packets++;
        const { dropped, silent, replied } = node.counters.totals();
        expect(dropped + silent + replied).toBe(packets);
        expect(node.service.pending).toBe(0);
        node.clock.pass(0.1);
      }),
      // A shrunk case would meet the node that the failing one left behind.
      { numRuns, endOnFailure: true },
    );
  });
});

test("a dry run says what would come of a packet, and changes nothing of what the node knows", () => {
  const node = new TestNode({ ports: { randomOctets: (size) => new Uint8Array(size) } });
  const { world, service, counters } = node;
  const ingress = { interfaceName: "eth0", addresses: [ip(node.address)], isBroadcast: true };
  const known = () =>
    structuredClone([
      ...[[...world.view.all()], world.offers, [...world.nonces.keys()], [...world.seenRelays.all]],
      ...[counters.totals(), service.pending, node.stored],
    ]);
  const kinds = new Set<string>();
  fc.assert(
    fc.property(absurd, absurd, (received, asked) => {
      node.receive(received);
      const before = known();
      const dryRun = service.dryRun(decoded(asked), ingress);
      expect(known()).toEqual(before);
      const [first, again] = [dryRun, service.dryRun(decoded(asked), ingress)].map((each) =>
        typeof each === "string" ? each : each.decision.kind,
      );
      expect(again).toBe(first);
      kinds.add(first!);
      node.clock.pass(1);
    }),
    { numRuns: 500, endOnFailure: true },
  );
  expect([...kinds]).toEqual(expect.arrayContaining(["grant", "silent", "inform"]));
});
