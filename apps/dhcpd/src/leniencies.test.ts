// Every leniency of libs/network, from octets to octets: what a lenient document puts up with and a strict one does not
// (docs/compatibility.md). The record has a line for each of them, or it does not compile.
import type { Leniency } from "@leasehold/network";
import { expect, test } from "vitest";
import { nodeOn } from "../test/lan.ts";
import { HELD } from "../test/node.ts";
import { ackOf, alice, bob, packetOf, SERVER, selecting, X } from "../test/wire.ts";

interface Case {
  /** What is before: alice has X, or has had it, or bob has it. */
  readonly before: "alice" | "alice, long ago" | "bob";
  readonly packet: Buffer;
  /** The reply, or why there is none. */
  readonly lenient: string;
  readonly strict: string;
}

const END = 255;
const pxe = { options: [[60, Buffer.from("PXEClient:Arch:00000")]] as const };

const CASES: Record<Leniency, Case> = {
  "selecting-with-ciaddr": {
    before: "alice",
    packet: packetOf("REQUEST", alice, { ciaddr: X, server: SERVER }),
    lenient: ackOf(),
    strict: "malformed",
  },
  "renewing-with-requested-address": {
    before: "alice",
    packet: packetOf("REQUEST", alice, { ciaddr: X, requested: X }),
    lenient: ackOf(),
    strict: "malformed",
  },
  "ended-lease-wanted-again": {
    before: "alice, long ago",
    packet: packetOf("REQUEST", alice, { requested: X }),
    lenient: ackOf(),
    strict: "NAK (no such lease) from 10.0.0.2",
  },
  "release-without-server-identifier": {
    before: "alice",
    packet: packetOf("RELEASE", alice, { ciaddr: X }),
    lenient: "released",
    strict: "malformed",
  },
  "options-without-end": {
    before: "alice",
    packet: withoutEnd(packetOf("REQUEST", alice, { requested: X })),
    lenient: ackOf(),
    strict: "no-end",
  },
  "firmware-spared-a-nak": {
    before: "bob",
    packet: packetOf("REQUEST", alice, selecting(X, pxe)),
    lenient: "firmware-must-not-be-refused",
    strict: "NAK (held by another) from 10.0.0.2",
  },
};

/** END and the filling behind it become PAD. */
function withoutEnd(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[copy.lastIndexOf(END)] = 0;
  return copy;
}

async function outcome(compatibility: "strict" | "lenient" | undefined, { before, packet }: Case) {
  const node = nodeOn({ document: compatibility === undefined ? {} : { compatibility } });
  node.receive(packetOf("REQUEST", before === "bob" ? bob : alice, selecting(X, { xid: 1 })));
  if (before === "alice, long ago") node.clock.pass(HELD + 60);
  const reply = await node.answer(packet);
  if (reply.length > 0) return reply.join();
  return [...Object.keys(node.counted("silent")), ...Object.keys(node.counted("dropped"))].join();
}

const cases = Object.entries(CASES);

test.each(cases)("%s: put up with, which is the default", async (_, each) => {
  expect(await outcome("lenient", each)).toBe(each.lenient);
  expect(await outcome(undefined, each)).toBe(each.lenient);
});

test.each(cases)("%s: not where the document is strict", async (_, each) => {
  expect(await outcome("strict", each)).toBe(each.strict);
});

test("a client that keeps to the letter is served by a strict document", async () => {
  const node = nodeOn({ document: { compatibility: "strict" } });
  expect(await node.answer(packetOf("DISCOVER", alice))).toEqual([
    "OFFER 10.0.0.13 for 3600 s from 10.0.0.2",
  ]);
  expect(await node.answer(packetOf("REQUEST", alice, selecting()))).toEqual([ackOf()]);
  expect(await node.answer(packetOf("REQUEST", alice, { ciaddr: X }), false)).toEqual([ackOf()]);
  expect(await node.answer(packetOf("REQUEST", alice, { requested: X }))).toEqual([ackOf()]);
  await node.answer(packetOf("RELEASE", alice, { ciaddr: X, server: SERVER }), false);
  expect(node.stored.at(-1)).toMatch(/^LeaseReleased/);
});
