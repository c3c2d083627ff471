// The checker catches what it is for: a clean hour passes, and each way in which the evidence can be doctored is found.
import {
  clientIdOfHardware,
  decode,
  encode,
  encodeOption,
  formatIpv4,
  type Ipv4,
  ipv4,
  type Mac,
  MessageType,
  macBytes,
  parseIpv4,
} from "@leasehold/protocol";
import { expect, test } from "vitest";
import { decline, discover, reboot, release, renew } from "../lab/messages.ts";
import type { WireMessage } from "../lab/wire.ts";
import { check, type Evidence } from "./check.ts";
import type { FaultRecord } from "./fault-record.ts";
import type { BriefEvent, StoredMessage } from "./lease-log.ts";
import { LOAD_MAC_BASE } from "./losses.ts";
import { macOf } from "./population.ts";

const [ann, bob] = [macOf("pool", 1), macOf("pool", 2)];
const [here, there] = [parseIpv4("10.77.16.5")!, parseIpv4("10.77.16.6")!];
const server = parseIpv4("10.77.0.11")!;
const node = "02:1e:a5:01:00:01" as Mac;
const T0 = Date.UTC(2026, 0, 1);
const LEASE = 20;
const HELD = 40;
const XID = 7;

/** What a test doctors: a wire, and a store whose log is its bucket's copy. Times in seconds. */
class Scene {
  readonly wire: WireMessage[] = [];
  readonly bucket: StoredMessage[] = [];
  readonly faults: FaultRecord[] = [];

  said(seconds: number, client: Mac, bytes: Uint8Array): this {
    const decoded = decode(bytes);
    if (!decoded.ok) throw new Error(decoded.failure);
    const { packet } = decoded;
    const [fromMac, toMac] = packet.op === 1 ? [client, node] : [node, client];
    const target = ipv4(packet.op === 1 ? 0xffffffff : packet.yiaddr);
    const at = T0 + seconds * 1000;
    const frame = Buffer.alloc(0);
    const type = packet.messageType;
    this.wire.push({ at, fromMac, toMac, source: ipv4(0), target, packet, client, type, frame });
    return this;
  }

  asks(seconds: number, mac: Mac, wanted: Ipv4, xid = XID): this {
    return this.said(seconds, mac, renew({ mac, xid }, wanted));
  }

  told(seconds: number, mac: Mac, type: number, yiaddr: Ipv4, xid = XID): this {
    return this.said(seconds, mac, reply(mac, xid, type, yiaddr));
  }

  /** Asked and granted, and stored before that. */
  granted(seconds: number, mac: Mac, address: Ipv4, xid = XID): this {
    return this.stored(seconds, mac, address)
      .asks(seconds, mac, address, xid)
      .told(seconds + 0.01, mac, MessageType.ACK, address, xid);
  }

  stored(
    seconds: number,
    mac: Mac,
    address: Ipv4,
    type: BriefEvent["type"] = "LeaseGranted",
    heldSeconds = HELD,
  ): this {
    const client = clientIdOfHardware(1, macBytes(mac));
    const text = formatIpv4(address);
    const seq = this.bucket.length + 1;
    this.bucket.push({
      seq,
      at: T0 + seconds * 1000,
      subject: `$KV.dhcp-leases.${text}`,
      source: "",
      digest: `${seq}`,
      event: { type, address: text, client, mac, heldSeconds, node: "n1" },
    });
    return this;
  }

  withoutMajority(from: number, to: number): this {
    const at = (seconds: number) => T0 + seconds * 1000;
    const times = { from: at(from), struckAt: at(from), to: at(to), servingAt: at(to), calmAt: at(to) };
    this.faults.push({ name: "all cut", where: "n1", costsQuorum: true, ...times });
    return this;
  }

  invariants(change: Partial<Evidence> = {}): string[] {
    const { wire, bucket, faults } = this;
    const log = copied(bucket);
    return check({ wire, bucket, log, faults, ...change }).violations.map(({ invariant }) => invariant);
  }
}

const copied = (bucket: readonly StoredMessage[]): StoredMessage[] =>
  bucket.map((message) => ({ ...message, source: `KV_dhcp-leases ${message.seq} > >` }));

function reply(mac: Mac, xid: number, type: number, yiaddr: Ipv4): Uint8Array {
  const bytes = new Uint8Array(548);
  const chaddr = macBytes(mac);
  const none = ipv4(0);
  const addresses = { ciaddr: none, yiaddr, siaddr: none, giaddr: none };
  const lease = type === MessageType.NAK ? [] : [[51, encodeOption("ipAddressLeaseTime", LEASE)] as const];
  const options = [
    [53, Uint8Array.of(type)] as const,
    [54, encodeOption("serverIdentifier", server)] as const,
  ];
  const message = { op: 2, htype: 1, hlen: 6, hops: 0, xid, secs: 0, flags: 0, chaddr, ...addresses };
  return bytes.subarray(0, encode({ ...message, options: [...options, ...lease] }, bytes));
}

test("a lease, its renewal, its end, and its next holder are in order", () => {
  const scene = new Scene().granted(0, ann, here).granted(10, ann, here, 8);
  scene.said(15, ann, release({ mac: ann, xid: 9 }, here, server)).stored(15.01, ann, here, "LeaseReleased");
  scene.granted(16, bob, here).granted(17, ann, there, 10);
  expect(scene.invariants()).toEqual([]);
});

test("I1, I7: an address goes to another client while its holder has it", () => {
  const scene = new Scene().granted(0, ann, here).granted(5, bob, here);
  expect(scene.invariants()).toEqual(["I7", "I1"]);
});

test("I7: an address goes to another client before what was held, and the guard, have passed", () => {
  expect(new Scene().granted(0, ann, here).granted(41, bob, here).invariants()).toEqual(["I7"]);
  expect(new Scene().granted(0, ann, here).granted(56, bob, here).invariants()).toEqual([]);
});

test("I2: an ACK without an event, for another client, after the event's end, or before the event", () => {
  const ack = () => new Scene().asks(1, ann, here).told(1.01, ann, MessageType.ACK, here);
  expect(ack().invariants()).toEqual(["I2"]);
  expect(ack().stored(0, bob, here).invariants()).toEqual(["I2"]);
  expect(ack().stored(0, ann, here, "LeaseGranted", 15).invariants()).toEqual(["I2"]);
  expect(ack().stored(1.5, ann, here).invariants()).toEqual(["I2"]);
  expect(ack().stored(0, ann, here, "AddressOffered").invariants()).toEqual(["I2"]);
  expect(ack().stored(0, ann, here).invariants()).toEqual([]);
});

test("I2: an ACK after a RELEASE, unless it answers what was asked before that", () => {
  const late = () =>
    new Scene()
      .granted(0, ann, here)
      .asks(10, ann, here, 8)
      .said(10.5, ann, release({ mac: ann, xid: 9 }, here, server))
      .stored(10.5, ann, here, "LeaseReleased");
  expect(late().told(13, ann, MessageType.ACK, here, 8).invariants()).toEqual([]);
  expect(late().told(26.1, ann, MessageType.ACK, here, 8).invariants()).toEqual(["I2"]);
  const asked = late().asks(11, ann, here, 10);
  expect(asked.told(11.5, ann, MessageType.ACK, here, 10).invariants()).toEqual(["I2"]);
});

test("I2: after a power cut the store lacks what was acknowledged before it", () => {
  const scene = new Scene().granted(0, ann, here).granted(1, bob, there);
  const [first] = scene.bucket;
  expect(scene.invariants({ bucket: [first!], log: copied([first!]) })).toEqual(["I2"]);
});

test("I3: a client has two addresses, unless the older one is released at once", () => {
  const scene = new Scene().granted(0, ann, here).granted(5, ann, there, 8);
  expect(scene.invariants()).toEqual(["I3"]);
  expect(scene.stored(6, ann, here, "LeaseReleased").invariants()).toEqual([]);
});

test("I4: who has an address is refused it", () => {
  const scene = new Scene().granted(0, ann, here).asks(10, ann, here, 8);
  expect(scene.told(10.01, ann, MessageType.NAK, ipv4(0), 8).invariants()).toEqual(["I4"]);
  const rebooted = new Scene().granted(0, ann, here).said(10, ann, reboot({ mac: ann, xid: 8 }, there));
  expect(rebooted.told(10.01, ann, MessageType.NAK, ipv4(0), 8).invariants()).toEqual([]);
});

test("I5: without a majority a new address is acknowledged, or a renewal outlives what was held", () => {
  const scene = new Scene().granted(0, ann, here).withoutMajority(1, 60);
  expect(scene.granted(10, bob, there).invariants()).toEqual(["I5"]);
  const within = new Scene().granted(0, ann, here).withoutMajority(1, 60).asks(15, ann, here, 8);
  expect(within.told(15.01, ann, MessageType.ACK, here, 8).invariants()).toEqual([]);
  within.asks(25, ann, here, 9).told(25.01, ann, MessageType.ACK, here, 9);
  expect(within.invariants()).toEqual(["I5"]);
});

test("I11: a declined address is given to anybody", () => {
  const scene = new Scene().granted(0, ann, here).said(1, ann, decline({ mac: ann, xid: 8 }, here, server));
  scene.stored(1.01, ann, here, "AddressDeclined", 86_400);
  expect(scene.invariants()).toEqual([]);
  expect(scene.granted(100, bob, here).invariants()).toEqual(["I7", "I11"]);
});

test("I12: the log lacks, repeats, changes or invents an event", () => {
  const scene = new Scene().granted(0, ann, here).granted(10, ann, here, 8);
  const [first, second] = copied(scene.bucket);
  const withLog = (...log: readonly StoredMessage[]) => scene.invariants({ log });
  expect(withLog(first!, second!)).toEqual([]);
  expect(withLog(first!)).toEqual(["I12"]);
  expect(withLog(first!, second!, second!)).toEqual(["I12"]);
  expect(withLog(first!, { ...second!, digest: "another" })).toEqual(["I12"]);
  expect(withLog(first!, second!, { ...second!, source: "KV_dhcp-leases 3 > >" })).toEqual(["I12"]);
});

test("I13: one transaction is answered with two addresses, or with ACK and NAK", () => {
  const scene = () =>
    new Scene().stored(0, ann, there).stored(0, ann, here, "LeaseReleased").granted(1, ann, here);
  expect(scene().invariants()).toEqual([]);
  expect(scene().told(1.02, ann, MessageType.ACK, there).invariants()).toContain("I13");
  expect(scene().told(1.02, ann, MessageType.NAK, ipv4(0)).invariants()).toContain("I13");
});

test("waits are told by what was asked, and by the fault that was at work", () => {
  const scene = new Scene().granted(0, ann, here).withoutMajority(9, 15).asks(10, ann, here, 8);
  scene.asks(13, ann, here, 8).told(14, ann, MessageType.ACK, here, 8);
  scene.said(14.5, bob, discover({ mac: bob, xid: 3 }));
  const { stalls } = check({ ...scene, log: copied(scene.bucket) });
  expect(stalls.waits.get("all cut")?.get("rebinding pool")).toEqual({
    count: 1,
    longestMs: 4000,
    stalls: 1,
    unanswered: 0,
  });
});

test("the load tool's losses are told apart: in a fault, and outside of it", () => {
  const mac = LOAD_MAC_BASE as Mac;
  const scene = new Scene().withoutMajority(10, 20);
  scene.said(1, mac, discover({ mac, xid: 1 })).told(1.1, mac, MessageType.OFFER, here, 1);
  for (const at of [12, 30]) scene.said(at, mac, discover({ mac, xid: at }));
  const { losses } = check({ ...scene, log: [] });
  expect(losses).toMatchObject({ sent: 2, lost: 1, sentInFaults: 1, lostInFaults: 1 });
});
