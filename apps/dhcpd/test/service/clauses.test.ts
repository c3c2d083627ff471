// Clauses of RFC 2131 and RFC 2132 that concern a whole exchange and have no better place (docs/rfc.md).

import { expect, test } from "vitest";
import type { ProbeAnswer } from "../../src/ports.ts";
import { nodeOn } from "../lan.ts";
import { ackOf, alice, ip, packetOf, SERVER, selecting, X } from "../wire.ts";

test("RFC 2131 §4.1: any address of the server names it (MUST)", () => {
  const node = nodeOn({});
  node.world.addOwnAddress(ip("192.0.2.7"));
  expect(node.receive(packetOf("REQUEST", alice, selecting(X, { server: "192.0.2.7" })))).toEqual([ackOf()]);
});

test("RFC 2131 §4.1: option 54 is the address by which the server is on the client's link (SHOULD)", () => {
  const node = nodeOn({}, { address: "10.0.0.5" });
  node.world.addOwnAddress(ip("192.0.2.7"));
  expect(node.receive(packetOf("REQUEST", alice, selecting(X, { server: "10.0.0.5" })))).toEqual([
    ackOf(X, 3600, "10.0.0.5"),
  ]);
});

test("RFC 2131 §4.3.1, §4.3.2: the ACK says what the OFFER said (MUST NOT conflict: SHOULD NOT)", () => {
  const node = nodeOn({ lan: { options: { routers: "10.0.0.1", domainName: "hpc.example" } } });
  const wants = [1, 3, 6, 15, 28];
  node.receive(packetOf("DISCOVER", alice, { requested: X, wants }));
  node.receive(packetOf("REQUEST", alice, selecting(X, { wants })));
  const [offer, ack] = node.replies.map(({ packet }) => packet);
  expect(ack!.codes()).toEqual(offer!.codes());
  for (const code of offer!.codes().filter((each) => each !== 53)) {
    expect(ack!.raw(code)).toEqual(offer!.raw(code));
  }
});

test("RFC 2131 §3.1 item 4, §3.2 item 2: an address is not probed when it is requested (SHOULD NOT)", () => {
  const probed: number[] = [];
  const probe = async (address: number): Promise<ProbeAnswer> => {
    probed.push(address);
    return "free";
  };
  const node = nodeOn({ document: { conflictProbe: { waitMs: 300 } } }, { ports: { probe } });
  expect(node.receive(packetOf("REQUEST", alice, selecting()))).toEqual([ackOf()]);
  expect(node.receive(packetOf("REQUEST", alice, { requested: X }))).toEqual([ackOf()]);
  expect(probed).toEqual([]);
});

test("RFC 2131 §4.3.1: what is requested and not configured is left out (MUST)", () => {
  const node = nodeOn({});
  node.receive(packetOf("DISCOVER", alice, { wants: [1, 23, 42, 224] }));
  const { packet } = node.replies[0]!;
  expect(packet.codes().filter((code) => [1, 23, 42, 224].includes(code))).toEqual([1]);
});

test("RFC 2132 §8.4, §9.13: what a vendor's client says and nobody understands is ignored (MUST)", () => {
  const plain = nodeOn({});
  const vendor = nodeOn({});
  const options = [
    [43, Uint8Array.of(1, 200, 0, 255, 7)],
    [60, Buffer.from("Nobody:7")],
  ] as const;
  plain.receive(packetOf("DISCOVER", alice));
  vendor.receive(packetOf("DISCOVER", alice, { options }));
  expect(vendor.replies[0]!.packet.bytes).toEqual(plain.replies[0]!.packet.bytes);
});

test("RFC 2131 §3.4, §4.3.5: INFORM from an address outside of the link is told what holds for the link (SHOULD check)", () => {
  const node = nodeOn({ lan: { options: { domainName: "hpc.example" } } });
  node.receive(packetOf("INFORM", alice, { ciaddr: "192.0.2.9", wants: [1, 15] }), true);
  const { packet } = node.replies[0]!;
  expect([packet.yiaddr, packet.get("domainName"), packet.has(51)]).toEqual([0, "hpc.example", false]);
  expect(node.stored).toEqual([]);
});

test("RFC 2131 §2: the reserved bits of flags are ignored (MUST)", () => {
  const [plain, odd] = [nodeOn({}), nodeOn({})];
  const packet = packetOf("DISCOVER", alice);
  plain.receive(packet);
  const other = Buffer.from(packet);
  other.writeUInt16BE(0x7fff, 10);
  odd.receive(other);
  expect(odd.sent).toEqual(plain.sent);
  expect(odd.sent[0]).toContain(SERVER);
});
