// Rounds of a syncer: rows in SMD's shapes in, host events out.
import { parseIpv4, parseMac } from "@leasehold/protocol";
import { beforeEach, describe, expect, test } from "vitest";
import { A, B, C, type MemorySyncer, syncerOfTwo } from "../../test/memory-syncer.ts";
import { node, row } from "../../test/smd-shapes.ts";
import { ReadFailure } from "../sources/source.ts";

let syncer: MemorySyncer;
beforeEach(() => {
  syncer = syncerOfTwo();
});

describe("changes", () => {
  test("each host is one event, and a second look says nothing", async () => {
    expect(await syncer.look()).toEqual(["HostSet x1", "HostSet x2"]);
    expect(await syncer.look()).toEqual([]);
    expect(syncer.stored("x1")).toEqual({
      type: "HostSet",
      v: 1,
      id: "x1",
      source: "smd",
      sourceRevision: "2026-03-01T10:00:00.250Z",
      observedAt: "2026-04-01T12:01:00.000Z",
      host: {
        hostname: "nid0001",
        type: "Node",
        role: "Compute",
        nid: 1,
        arch: "X86",
        interfaces: [
          {
            mac: A,
            since: "2026-03-01T10:00:00.250Z",
            addresses: [{ address: "10.0.0.1", since: "2026-03-01T10:00:00.250Z" }],
          },
        ],
      },
    });
  });

  test("a restart re-emits nothing", async () => {
    await syncer.look();
    syncer.round = syncer.start();
    expect(await syncer.look()).toEqual([]);
  });

  test("another order of rows and addresses is no change", async () => {
    syncer.smd.rows = [
      row(A, "x1", ["10.0.0.1", "10.1.0.1"]),
      row(C, "x1", ["10.2.0.1"]),
      row(B, "x2", ["10.0.0.300"]),
    ];
    await syncer.look();
    syncer.smd.rows = [
      row(B, "x2", ["10.0.0.300"]),
      row(C, "x1", ["10.2.0.1"]),
      row(A, "x1", ["10.1.0.1", "10.0.0.1"]),
    ];
    expect(await syncer.look()).toEqual([]);
  });

  test("a new address is one event for one host, and its claim begins now", async () => {
    await syncer.look();
    syncer.smd.rows[0] = row(A, "x1", ["10.0.0.7"], { LastUpdate: "2026-04-01T12:01:30Z" });
    expect(await syncer.look()).toEqual(["HostSet x1"]);
    expect(syncer.stored("x1")).toMatchObject({
      host: { interfaces: [{ addresses: [{ since: "2026-04-01T12:01:30.000Z" }] }] },
    });
    expect(syncer.reserved(A)).toBe("10.0.0.7");
  });

  test("a changed NID is a changed name, though no time of SMD's moves", async () => {
    await syncer.look();
    syncer.smd.components[0] = node("x1", 101);
    expect(await syncer.look()).toEqual(["HostSet x1"]);
    expect(syncer.store.inventory.host("x1")).toMatchObject({ hostname: "nid0101", nid: 101 });
  });

  test("an interface that moves to another component, with LastUpdate unchanged, moves at once", async () => {
    syncer.smd.rows.push(row(C, "x1", ["10.0.0.3"]));
    await syncer.look();
    syncer.smd.rows[2] = row(C, "x2", ["10.0.0.3"]);
    expect((await syncer.look()).sort()).toEqual(["HostSet x1", "HostSet x2"]);
    expect(syncer.store.inventory.byMac(parseMac(C)!)?.id).toBe("x2");
    expect(syncer.store.inventory.quarantined()).toEqual([]);
  });

  test("a component's id that is swapped for another removes the one and sets the other", async () => {
    await syncer.look();
    syncer.smd.rows[0] = row(A, "x9", ["10.0.0.1"]);
    syncer.smd.components[0] = node("x9", 1);
    expect((await syncer.look()).sort()).toEqual(["HostRemoved x1", "HostSet x9"]);
    expect(syncer.reserved(A)).toBe("10.0.0.1");
  });

  test("addresses that are swapped between two hosts are no duplicates", async () => {
    await syncer.look();
    syncer.smd.rows = [row(A, "x1", ["10.0.0.2"]), row(B, "x2", ["10.0.0.1"])];
    expect(await syncer.look()).toEqual(["HostSet x1", "HostSet x2"]);
    expect([syncer.reserved(A), syncer.reserved(B)]).toEqual(["10.0.0.2", "10.0.0.1"]);
  });
});

describe("what goes away", () => {
  test("missing once is rediscovery, missing twice is gone", async () => {
    await syncer.look();
    const [first] = syncer.smd.rows.splice(0, 1);
    expect(await syncer.look()).toEqual([]);
    expect(syncer.round.isPending).toBe(true);
    syncer.smd.rows.push(first);
    expect(await syncer.look()).toEqual([]);
    expect(syncer.round.isPending).toBe(false);
    syncer.smd.rows.pop();
    expect(await syncer.look()).toEqual([]);
    expect(await syncer.look()).toEqual(["HostRemoved x1"]);
    expect(syncer.reserved(A)).toBe("");
    expect(await syncer.look()).toEqual([]);
  });

  test("one interface of a host goes by the same rule", async () => {
    syncer.smd.rows.push(row(C, "x1", ["10.0.0.3"]));
    await syncer.look();
    syncer.smd.rows.pop();
    expect(await syncer.look()).toEqual([]);
    expect(await syncer.look()).toEqual(["HostSet x1"]);
    expect(syncer.store.inventory.host("x1")?.interfaces).toHaveLength(1);
  });

  test("a host that comes back is set again, over the record of its removal", async () => {
    await syncer.look();
    const [first] = syncer.smd.rows.splice(0, 1);
    await syncer.look();
    await syncer.look();
    syncer.smd.rows.push(first);
    expect(await syncer.look()).toEqual(["HostSet x1"]);
  });

  test("a source that is down changes nothing, and is no reading without hosts", async () => {
    await syncer.look();
    syncer.smd.isDown = true;
    await expect(syncer.look()).rejects.toThrow(ReadFailure);
    await expect(syncer.look()).rejects.toThrow(ReadFailure);
    syncer.smd.isDown = false;
    expect(await syncer.look()).toEqual([]);
    expect(syncer.store.inventory.size).toBe(2);
  });
});

describe("a bad row is quarantined alone", () => {
  test("with a good past: that is served on, and the problem is reported, once", async () => {
    await syncer.look();
    syncer.smd.rows[0] = row(A, "x1", ["10.0.0.300"]);
    syncer.smd.rows.push(row(C, "x3", ["10.0.0.3"]));
    expect(await syncer.look()).toEqual(["HostQuarantined x1", "HostSet x3"]);
    expect(await syncer.look()).toEqual([]);
    expect(syncer.reserved(A)).toBe("10.0.0.1");
    expect(syncer.stored("x1")).toMatchObject({
      problems: [{ found: '"10.0.0.300"', expected: "the IPv4 address of a host" }],
    });
    syncer.smd.rows[0] = row(A, "x1", ["10.0.0.5"]);
    expect(await syncer.look()).toEqual(["HostSet x1"]);
    expect(syncer.reserved(A)).toBe("10.0.0.5");
  });

  test("without a past: nothing of it is served", async () => {
    syncer.smd.rows[0] = row(A, "x1", ["10.0.0.300"]);
    expect(await syncer.look()).toEqual(["HostQuarantined x1", "HostSet x2"]);
    expect(syncer.stored("x1")).not.toHaveProperty("host");
    expect(syncer.store.inventory.byMac(parseMac(A)!)).toBeUndefined();
  });

  test("the host's other interfaces go on, and change", async () => {
    syncer.smd.rows.push(row(C, "x1", ["10.0.0.3"]));
    await syncer.look();
    syncer.smd.rows[0] = row(A, "x1", ["10.0.0.300"]);
    syncer.smd.rows[2] = row(C, "x1", ["10.0.0.33"]);
    expect(await syncer.look()).toEqual(["HostQuarantined x1"]);
    expect([syncer.reserved(A), syncer.reserved(C)]).toEqual(["10.0.0.1", "10.0.0.33"]);
  });

  test("a hardware address that cannot be read keeps what the host had", async () => {
    await syncer.look();
    syncer.smd.rows[0] = row("garbage", "x1", ["10.0.0.1"]);
    for (let i = 0; i < 3; i++) await syncer.look();
    expect(syncer.stored("x1")?.type).toBe("HostQuarantined");
    expect(syncer.reserved(A)).toBe("10.0.0.1");
  });
});

describe("one address at two hosts", () => {
  test("the host that had it keeps it, both are reported, and the other keeps what it had", async () => {
    await syncer.look();
    syncer.smd.rows[0] = row(A, "x1", ["10.0.0.2"], { LastUpdate: "2020-01-01T00:00:00Z" });
    expect((await syncer.look()).sort()).toEqual(["HostQuarantined x1", "HostSet x2"]);
    expect([syncer.reserved(A), syncer.reserved(B)]).toEqual(["10.0.0.1", "10.0.0.2"]);
    expect(syncer.stored("x1")).toMatchObject({ problems: [{ found: "10.0.0.2, which x2 claims too" }] });
    expect(syncer.stored("x2")).toMatchObject({ problems: [{ found: "10.0.0.2, which x1 claims too" }] });
    expect(await syncer.look()).toEqual([]);
    syncer.smd.rows[1] = row(B, "x2", ["10.0.0.22"]);
    expect((await syncer.look()).sort()).toEqual(["HostSet x1", "HostSet x2"]);
    expect([syncer.reserved(A), syncer.reserved(B)]).toEqual(["10.0.0.2", "10.0.0.22"]);
  });

  test("of two that are new, the one that SMD has had for longer has it", async () => {
    syncer.smd.rows = [
      row(A, "x1", ["10.0.0.9"]),
      row(B, "x2", ["10.0.0.9"], { LastUpdate: "2026-02-01T00:00:00Z" }),
    ];
    expect(await syncer.look()).toEqual(["HostQuarantined x1", "HostSet x2"]);
    expect(syncer.store.inventory.ofAddress(parseIpv4("10.0.0.9")!)?.id).toBe("x2");
    expect(await syncer.look()).toEqual([]);
    // The loser's claim is stored: it counts by itself as soon as the winner's goes.
    syncer.smd.rows.pop();
    await syncer.look();
    expect((await syncer.look()).sort()).toEqual(["HostRemoved x2", "HostSet x1"]);
    expect(syncer.reserved(A)).toBe("10.0.0.9");
  });

  test("one hardware address at two components", async () => {
    await syncer.look();
    syncer.smd.rows.push(row(A.toUpperCase().replaceAll(":", ""), "x3", ["10.0.0.3"], { ID: "other" }));
    expect((await syncer.look()).sort()).toEqual(["HostQuarantined x3", "HostSet x1"]);
    expect(syncer.store.inventory.byMac(parseMac(A)!)?.id).toBe("x1");
    expect(await syncer.look()).toEqual([]);
  });
});

describe("field report 9: two components with one NID", () => {
  const nameOf = (mac: string) => syncer.store.inventory.byMac(parseMac(mac)!)?.hostname;

  test("the one that had it keeps it; both are reported, and the other one's address is served on", async () => {
    await syncer.look();
    syncer.smd.components[1] = node("x2", 1);
    expect(await syncer.look()).toEqual(["HostSet x1", "HostQuarantined x2"]);
    expect([nameOf(A), nameOf(B)]).toEqual(["nid0001", "nid0002"]);
    expect(syncer.stored("x2")).toMatchObject({
      problems: [
        { path: "nid", found: "1, which x1 claims too", expected: "one that no other host claimed before" },
      ],
    });
    expect(syncer.stored("x1")).toMatchObject({
      problems: [{ path: "nid", found: "1, which x2 claims too" }],
    });
    expect(syncer.reserved(B)).toBe("10.0.0.2");
    expect(await syncer.look()).toEqual([]);
  });

  test("of two new ones the second is served without a name, and gets it when the first goes", async () => {
    syncer.smd.components = [node("x1", 1), node("x2", 1)];
    expect(await syncer.look()).toEqual(["HostSet x1", "HostQuarantined x2"]);
    expect([nameOf(A), nameOf(B)]).toEqual(["nid0001", undefined]);
    syncer.smd.components = [node("x1", 7), node("x2", 1)];
    expect((await syncer.look()).sort()).toEqual(["HostSet x1", "HostSet x2"]);
    expect([nameOf(A), nameOf(B)]).toEqual(["nid0007", "nid0001"]);
  });

  test("NIDs that are swapped are no duplicates", async () => {
    await syncer.look();
    syncer.smd.components = [node("x1", 2), node("x2", 1)];
    expect(await syncer.look()).toEqual(["HostSet x1", "HostSet x2"]);
    expect([nameOf(A), nameOf(B)]).toEqual(["nid0002", "nid0001"]);
  });

  test("one id at two components that say different things", async () => {
    syncer.smd.components.push(node("x1", 3));
    expect(await syncer.look()).toEqual(["HostQuarantined x1", "HostSet x2"]);
    expect(syncer.stored("x1")).toMatchObject({ problems: [{ path: "Components[x1]" }] });
    expect([nameOf(A), syncer.reserved(A)]).toEqual(["nid0001", "10.0.0.1"]);
  });

  test("-1 is SMD's word for no NID", async () => {
    syncer.smd.components = [node("x1", -1), node("x2", -1)];
    expect(await syncer.look()).toEqual(["HostSet x1", "HostSet x2"]);
    expect([nameOf(A), nameOf(B)]).toEqual(["x1", "x2"]);
  });
});
