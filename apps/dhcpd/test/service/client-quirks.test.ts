// Every quirk of clients in libs/network, from octets to octets: what a lenient document puts up with and a strict one does not
// (docs/compatibility.md). The record has a line for each of them, or it does not compile.
import { readFileSync } from "node:fs";
import { CLIENT_QUIRKS, type ClientQuirk } from "@leasehold/network";
import { expect, test } from "vitest";
import { nodeOn } from "../lan.ts";
import { HELD } from "../node.ts";
import { ackOf, alice, bob, packetOf, SERVER, selecting, X } from "../wire.ts";

interface Case {
  /** What is before: alice has X, or has had it, or X is on offer to her, or bob has it. */
  readonly before: "alice" | "alice, long ago" | "offered" | "bob" | "nothing";
  readonly packet: Buffer;
  /** The reply, or why there is none. */
  readonly lenient: string;
  readonly strict: string;
}

const END = 255;
const STRANGER = "10.0.0.99";
const NAMELESS = "NAK (no address named) from 10.0.0.2";
const pxe = { options: [[60, Buffer.from("PXEClient:Arch:00000")]] as const };

const CASES: Record<ClientQuirk, Case> = {
  "selecting-with-ciaddr": {
    before: "alice",
    packet: packetOf("REQUEST", alice, { ciaddr: X, server: SERVER }),
    lenient: ackOf(),
    strict: "malformed",
  },
  "selecting-without-requested-address": {
    before: "offered",
    packet: packetOf("REQUEST", alice, { server: SERVER }),
    lenient: ackOf(),
    strict: NAMELESS,
  },
  "selecting-without-server-identifier": {
    before: "offered",
    packet: packetOf("REQUEST", alice, { requested: X, server: "0.0.0.0" }),
    lenient: ackOf(),
    strict: "unknown-lease",
  },
  "renewing-with-server-identifier": {
    before: "alice",
    packet: packetOf("REQUEST", alice, { ciaddr: X, server: STRANGER }),
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
  "release-with-requested-address": {
    before: "alice",
    packet: packetOf("RELEASE", alice, { requested: X, server: SERVER }),
    lenient: "released",
    strict: "malformed",
  },
  "decline-without-server-identifier": {
    before: "alice",
    packet: packetOf("DECLINE", alice, { requested: X }),
    lenient: "declined",
    strict: "malformed",
  },
  "decline-with-ciaddr": {
    before: "alice",
    packet: packetOf("DECLINE", alice, { ciaddr: X, server: SERVER }),
    lenient: "declined",
    strict: "malformed",
  },
  "decline-of-an-offer": {
    before: "offered",
    packet: packetOf("DECLINE", alice, { requested: X, server: SERVER }),
    lenient: "declined",
    strict: "not-the-owner",
  },
  "bootp-shorter-than-300": {
    before: "nothing",
    packet: packetOf(undefined, bob).subarray(0, 245),
    lenient: " 10.0.0.12",
    strict: "bootp-too-short",
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
  const bootp = "dynamic" as const;
  const node = nodeOn({ document: compatibility === undefined ? { bootp } : { bootp, compatibility } });
  if (before === "offered") node.receive(packetOf("DISCOVER", alice, { requested: X }));
  else if (before !== "nothing")
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

test("docs/compatibility.md has a row for each, in the same words, and names no other", () => {
  const document = readFileSync(new URL("../../../../docs/compatibility.md", import.meta.url), "utf8");
  for (const [name, { what, letter, ours, seen, strict }] of Object.entries(CLIENT_QUIRKS)) {
    expect(document.split("\n")).toContain(
      `| ${what} | ${letter} | ${ours} | ${seen} | \`${name}\`: ${strict} |`,
    );
  }
  const named = [...document.matchAll(/^\|.*\| `([a-z0-9-]+)`: [^|]* \|$/gm)].map((row) => row[1]);
  expect(named.toSorted()).toEqual(Object.keys(CLIENT_QUIRKS).toSorted());
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
