// BOOTP clients (RFC 951, 1534): by the policy of their subnet, in one step, and stored before they are answered.
import { formatIpv4, macBytes } from "@leasehold/protocol";
import { describe, expect, test } from "vitest";
import { nodeOn } from "../lan.ts";
import type { TestNode } from "../node.ts";
import { alice, bob, packetOf, shownDestination, X } from "../wire.ts";

const RESERVED = "10.0.0.77";
const reservations = [{ mac: alice.mac, address: RESERVED }];
const request = () => packetOf(undefined, alice);

/** As RFC 951 has it: a vendor area of the client's own. */
function withoutCookie(): Buffer {
  const bytes = Buffer.alloc(300);
  bytes.set([1, 1, 6, 0, 0, 0, 0, 9]);
  bytes.set(macBytes(alice.mac), 28);
  bytes.write("vendor", 236);
  return bytes;
}

function answered(node: TestNode, bytes: Uint8Array): string | undefined {
  node.receive(bytes);
  const reply = node.replies[0];
  return reply && formatIpv4(reply.packet.yiaddr);
}

describe("bootp: static", () => {
  const node = () => nodeOn({ lan: { bootp: "static", reservations } });

  test("a client with a reservation gets it, and no option of DHCP", () => {
    const one = node();
    expect(answered(one, request())).toBe(RESERVED);
    const { packet, destination } = one.replies[0]!;
    expect([53, 51, 54, 58].filter((code) => packet.has(code))).toEqual([]);
    expect(packet.raw(1)).toEqual(Uint8Array.of(255, 255, 255, 0));
    expect(formatIpv4(packet.siaddr)).toBe("10.0.0.2");
    expect(packet.bytes).toHaveLength(300);
    expect(shownDestination(destination)).toMatch(RESERVED);
    expect(one.stored).toEqual([`LeaseGranted ${RESERVED} 3600/7200 s`]);
  });

  test("so does a host of the inventory", () => {
    const one = nodeOn({ lan: { bootp: "static" } });
    one.setHost("n1", alice, RESERVED);
    expect(answered(one, request())).toBe(RESERVED);
  });

  test("others get nothing", () => {
    const one = nodeOn({ lan: { bootp: "static" } });
    expect(answered(one, request())).toBeUndefined();
    expect(one.counted("dropped")).toEqual({ "bootp-not-reserved": 1 });
  });
});

describe("bootp: dynamic", () => {
  const node = () => nodeOn({ lan: { bootp: "dynamic", pools: [{ range: `${X}-${X}` }] } });

  test("RFC 1534 §2: an address of the pool is the client's for ever", () => {
    const one = node();
    expect(answered(one, request())).toBe(X);
    expect(one.stored).toEqual([`LeaseGranted ${X} 4294967295/4294967295 s`]);
    one.clock.pass(10 * 365 * 86_400);
    expect(one.receive(packetOf("DISCOVER", bob))).toEqual([]);
  });

  test("it is in the store before the reply leaves", () => {
    const one = node();
    one.door.state = "slow";
    one.receive(request());
    expect(one.replies).toEqual([]);
    one.door.settle();
    expect(one.replies).toHaveLength(1);
  });

  test("a vendor area without the cookie comes back as it was", () => {
    const one = node();
    const sent: Buffer[] = [];
    const link = { interfaceName: "eth0", addresses: [0x0a000002 as never] };
    const send = (payload: Buffer) => sent.push(Buffer.from(payload)) > 0;
    one.service.reception.take(withoutCookie(), {
      link: { ...link, send },
      isBroadcast: true,
      sourcePort: undefined,
    });
    expect(sent.map((bytes) => [...bytes.subarray(16, 20)].join("."))).toEqual([X]);
    expect(sent[0]!.toString("latin1", 236, 242)).toBe("vendor");
  });
});

describe("bootp: off", () => {
  test("is what holds unless the document says otherwise, with the cookie and without", () => {
    const node = nodeOn({ lan: { reservations } });
    expect(answered(node, request())).toBeUndefined();
    expect(answered(node, withoutCookie())).toBeUndefined();
    expect(node.counted("dropped")).toEqual({ "bootp-not-served": 1, "bad-cookie": 1 });
  });
});
