import { type ClientId, parseIpv4, parseMac } from "@leasehold/protocol";
import { describe, expect, test } from "vitest";
import { type HostEvent, type HostRecord, Inventory } from "./index.ts";

const EARLY = "2026-01-01T00:00:00Z";
const LATE = "2026-02-01T00:00:00Z";
const any = () => true;
const ip = (text: string) => parseIpv4(text)!;
const mac = (last: number) => parseMac(`02:00:00:00:00:0${last}`)!;

function set(id: string, host: HostRecord): HostEvent {
  return { type: "HostSet", v: 1, id, source: "smd", host, observedAt: LATE };
}

function one(last: number, address: string, since = EARLY): HostRecord["interfaces"][number] {
  return { mac: mac(last), addresses: [{ address, since }] };
}

function inventoryOf(...events: HostEvent[]): Inventory {
  const inventory = new Inventory();
  for (const [i, event] of events.entries()) inventory.apply(`host.${event.id}`, event, i + 1);
  return inventory;
}

test("a host is found by all that a packet may carry", () => {
  const interfaces = [{ ...one(1, "10.77.0.5"), mac: "02-00-00-00-00-01", clientId: "ff0102" }];
  const inventory = inventoryOf(
    set("x1", { hostname: "nid0001", uuid: "4C4C4544-AA", labels: { rack: "3" }, interfaces }),
  );
  expect(inventory.byMac(mac(1))?.hostname).toBe("nid0001");
  expect(inventory.byClientId("ff0102" as ClientId)?.id).toBe("x1");
  expect(inventory.byUuid("4c4c4544-aa")?.id).toBe("x1");
  expect(inventory.ofAddress(ip("10.77.0.5"))?.id).toBe("x1");
  expect(inventory.host("x1")).toMatchObject({ revision: 1, labels: { rack: "3" } });
  expect([inventory.size, inventory.revision]).toEqual([1, 1]);
});

test("a removed host is forgotten, by event and by deletion", () => {
  for (const gone of [{ type: "HostRemoved", v: 1, id: "x1", source: "smd", observedAt: LATE }, undefined]) {
    const inventory = inventoryOf(set("x1", { interfaces: [one(1, "10.77.0.5")] }));
    inventory.apply("host.x1", gone, 7);
    expect([inventory.size, inventory.revision, inventory.byMac(mac(1))]).toEqual([0, 7, undefined]);
    expect(inventory.ofAddress(ip("10.77.0.5"))).toBeUndefined();
  }
});

test("an interface in two subnets is reserved the address of the one asked for", () => {
  const addresses = ["10.40.1.10", "10.40.3.20"].map((address) => ({ address, since: EARLY }));
  const inventory = inventoryOf(set("x1", { interfaces: [{ mac: mac(1), addresses }] }));
  expect(inventory.reservation(mac(1), (a) => a >= ip("10.40.3.0"))).toBe(ip("10.40.3.20"));
  expect(inventory.reservation(mac(1), any)).toBe(ip("10.40.1.10"));
  expect(inventory.reservation(mac(1), () => false)).toBeUndefined();
});

describe("two hosts claim one address", () => {
  const winner = set("x2", { interfaces: [one(2, "10.77.0.5", EARLY)] });
  const loser = set("x1", { interfaces: [one(1, "10.77.0.5", LATE), one(3, "10.77.0.6")] });

  test("the earliest claim wins, the other's interfaces go on, and the reason is told", () => {
    const inventory = inventoryOf(loser, winner);
    expect(inventory.ofAddress(ip("10.77.0.5"))?.id).toBe("x2");
    expect(inventory.reservation(mac(1), any)).toBeUndefined();
    expect(inventory.reservation(mac(3), any)).toBe(ip("10.77.0.6"));
    expect(inventory.quarantined()).toEqual([
      {
        host: "x1",
        kind: "claim",
        reason: "10.77.0.5 is also claimed by x2, and the oldest claim counts.",
        heldBy: "x2",
      },
    ]);
  });

  test("the loser's claim counts by itself when the winner goes away", () => {
    const inventory = inventoryOf(winner, loser);
    inventory.apply("host.x2", undefined, 9);
    expect(inventory.reservation(mac(1), any)).toBe(ip("10.77.0.5"));
    expect(inventory.quarantined()).toEqual([]);
  });

  test("of claims of the same time the smaller id wins", () => {
    const inventory = inventoryOf(winner, set("x1", { interfaces: [one(1, "10.77.0.5", EARLY)] }));
    expect(inventory.ofAddress(ip("10.77.0.5"))?.id).toBe("x1");
  });
});

test("a hardware address without an address or a time loses against one with", () => {
  const bare = set("x1", { interfaces: [{ mac: mac(1), addresses: [] }] });
  const inventory = inventoryOf(bare, set("x2", { interfaces: [one(1, "10.77.0.5", LATE)] }));
  expect(inventory.byMac(mac(1))?.id).toBe("x2");
  expect(inventory.quarantined()[0]).toMatchObject({ host: "x1", heldBy: "x2", kind: "claim" });
});

describe("what cannot be served", () => {
  const problems = [{ path: "IPAddresses[0]", found: '"10.0.0.300"', expected: "an IPv4 address" }];
  const common = { v: 1, id: "x1", source: "smd", observedAt: LATE } as const;

  test("a quarantined host goes on with what was good", () => {
    const inventory = inventoryOf({
      ...common,
      type: "HostQuarantined",
      host: { interfaces: [one(1, "10.77.0.5")] },
      problems,
    });
    expect(inventory.reservation(mac(1), any)).toBe(ip("10.77.0.5"));
    expect(inventory.host("x1")?.problems).toEqual(problems);
    expect(inventory.quarantined()).toHaveLength(1);
  });

  test("a quarantined host without a good past is known only as a reason", () => {
    const inventory = inventoryOf({ ...common, type: "HostQuarantined", problems });
    expect(inventory.size).toBe(0);
    expect(inventory.quarantined()[0]?.reason).toBe(
      'smd says of IPAddresses[0]: found "10.0.0.300", expected an IPv4 address.',
    );
  });

  test.each([
    ["text", "no JSON {"],
    ["null", null],
    ["a newer version", { ...common, v: 2, type: "HostSet", host: { interfaces: [] } }],
    ["another host's record", { ...common, id: "x9", type: "HostSet", host: { interfaces: [] } }],
    ["an address that is none", set("x1", { interfaces: [one(1, "10.0.0.300")] })],
  ])("an unreadable record is quarantined alone: %s", (_what, value) => {
    const inventory = inventoryOf(set("x2", { interfaces: [one(2, "10.77.0.6")] }));
    inventory.apply("host.x1", value, 5);
    expect(inventory.quarantined()).toMatchObject([{ host: "x1", kind: "record" }]);
    expect([inventory.size, inventory.revision]).toEqual([1, 5]);
  });

  test("keys of other kinds are none of our business", () => {
    const inventory = new Inventory();
    inventory.apply("group.blue", { hosts: ["x1"] }, 3);
    expect([inventory.size, inventory.revision, inventory.quarantined()]).toEqual([0, 3, []]);
  });
});

describe("field report 10: one address at two interfaces of one host", () => {
  const both = set("x1", { interfaces: [one(1, "10.77.0.5", EARLY), one(2, "10.77.0.5", LATE)] });

  test("is either's, and no problem", () => {
    const inventory = inventoryOf(both);
    expect([1, 2].map((n) => inventory.reservation(mac(n), any))).toEqual([ip("10.77.0.5"), ip("10.77.0.5")]);
    expect(inventory.quarantined()).toEqual([]);
  });

  test("is another host's, when that one's claim is older", () => {
    const older = set("x0", { interfaces: [one(3, "10.77.0.5", "2025-01-01T00:00:00Z")] });
    const inventory = inventoryOf(both, older);
    expect([1, 2].map((n) => inventory.reservation(mac(n), any))).toEqual([undefined, undefined]);
  });

  test("two interfaces with one hardware address have the addresses of both", () => {
    const inventory = inventoryOf(set("x1", { interfaces: [one(1, "10.77.0.5"), one(1, "10.78.0.5")] }));
    expect(inventory.reservation(mac(1), (a) => a > ip("10.78.0.0"))).toBe(ip("10.78.0.5"));
    expect(inventory.quarantined()).toEqual([]);
  });
});

describe("field report 9: what two hosts cannot both be called", () => {
  test.each([
    [{ nid: 1 }, { nid: 1 }, "NID 1"],
    [{ hostname: "nid0001" }, { hostname: "NID0001" }, "host name nid0001"],
    [{ uuid: "4C4C-AA" }, { uuid: "4c4c-aa" }, "UUID 4c4c-aa"],
  ])("%o and %o: the older host has it, the other one is told", (a, b, what) => {
    const inventory = inventoryOf(
      set("x1", { ...a, interfaces: [one(1, "10.77.0.5", LATE)] }),
      set("x2", { ...b, interfaces: [one(2, "10.77.0.6", EARLY)] }),
    );
    const reason = `${what} is also claimed by x2, and the oldest claim counts.`;
    expect(inventory.quarantined()).toEqual([{ host: "x1", kind: "claim", reason, heldBy: "x2" }]);
    expect(inventory.byMac(mac(2))).toMatchObject(b);
    const { nid, hostname } = inventory.byMac(mac(1))!;
    expect([nid, hostname]).toEqual([undefined, undefined]);
    expect(inventory.reservation(mac(1), any)).toBe(ip("10.77.0.5"));
  });
});
