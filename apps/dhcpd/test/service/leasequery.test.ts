// From what a client sends to what a leasequery is told of it (RFC 4388 §6.4.2, §6.7), octets to octets.
import type { Packet } from "@leasehold/protocol";
import { expect, test } from "vitest";
import { nodeOn } from "../lan.ts";
import { START, type TestNode } from "../node.ts";
import { alice, client, type Fields, option, packetOf, selecting, X } from "../wire.ts";

const PEER = "10.9.0.1";
const peers = { document: { leasequery: { peers: [PEER] } } };
const DUID = Buffer.from("ff0000000100010203", "hex");
const PXE = Buffer.from("PXEClient:Arch:00007");
const said: Fields = {
  options: [
    [61, DUID],
    [60, PXE],
  ],
};

function asked(node: TestNode, wants: readonly number[]): Packet {
  const nobody: Fields = { htype: 0, hlen: 0, chaddr: new Uint8Array(0), giaddr: PEER };
  node.receive(packetOf("LEASEQUERY", alice, { ...nobody, ciaddr: X, wants }), false);
  return node.replies.at(-1)!.packet;
}

test("options 60 and 61 are told as they came, where clients are known by their hardware addresses", () => {
  const node = nodeOn(peers);
  node.receive(packetOf("REQUEST", alice, selecting(X, said)));
  const told = asked(node, [60, 61]);
  expect([told.raw(60), told.raw(61)].map((octets) => Buffer.from(octets!))).toEqual([PXE, DUID]);
});

test("also one that is the hardware address once more; and none where none was sent", () => {
  const node = nodeOn(peers);
  const own = Buffer.from(alice.client, "hex");
  node.receive(packetOf("REQUEST", alice, selecting(X, { options: [[61, own]] })));
  expect(Buffer.from(asked(node, [61]).raw(61)!)).toEqual(own);
  const other = nodeOn(peers);
  other.receive(packetOf("REQUEST", alice, selecting(X)));
  expect(asked(other, [61]).has(61)).toBe(false);
});

test("so is a hardware type other than Ethernet's, where they are known by option 61", () => {
  const node = nodeOn({ ...peers, lan: { identity: "clientId" } });
  node.receive(packetOf("REQUEST", alice, selecting(X, { ...said, htype: 6 })));
  expect(asked(node, []).htype).toBe(6);
});

test("a renewal goes on with the binding that the grant began (RFC 6926 §6.2.4)", () => {
  const node = nodeOn(peers);
  node.receive(packetOf("REQUEST", alice, selecting(X, said)));
  for (const _ of [1, 2]) {
    node.clock.pass(5000);
    node.receive(packetOf("REQUEST", alice, { ciaddr: X, ...said }), false);
  }
  expect(node.stored.map((line) => line.split(" ")[0])).toEqual([
    "LeaseGranted",
    "LeaseRenewed",
    "LeaseRenewed",
  ]);
  expect(node.store.log.at(-1)!.event!.trace!.since).toBe(START);
  expect(asked(node, [152, 153]).get("startTimeOfState")).toBe(10_000);
});

test("what nobody may ask for is not kept: records are no longer for it", () => {
  const node = nodeOn({});
  node.receive(
    packetOf("REQUEST", client(3), selecting(X, { options: [...said.options!, option("hostName", "n3")] })),
  );
  expect(node.store.log[0]!.event!.trace).toBeUndefined();
});
