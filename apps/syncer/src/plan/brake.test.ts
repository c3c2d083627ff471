import { beforeEach, describe, expect, test } from "vitest";
import { MemorySyncer } from "../../test/memory-syncer.ts";
import { node, type Row, row } from "../../test/smd-shapes.ts";

let syncer: MemorySyncer;

describe("the brake", () => {
  const macOf = (i: number) => `02:00:5e:00:20:${i.toString(16).padStart(2, "0")}`;
  beforeEach(() => {
    const rows = Array.from({ length: 20 }, (_, i) => row(macOf(i), `x${i}`, [`10.0.1.${i + 1}`]));
    syncer = new MemorySyncer(
      rows,
      rows.map((_, i) => node(`x${i}`, i)),
    );
  });

  test("a few hosts may go", async () => {
    await syncer.look();
    syncer.smd.rows.splice(0, 5);
    await syncer.look();
    expect(await syncer.look()).toHaveLength(5);
  });

  test("many at once are held until they are let go; others go on changing", async () => {
    await syncer.look();
    syncer.smd.rows.splice(0, 6);
    syncer.smd.rows[0] = row(macOf(6), "x6", ["10.0.1.77"]);
    expect(await syncer.look()).toEqual(["HostSet x6"]);
    expect(await syncer.look()).toEqual([]);
    expect([...syncer.round.held].sort()).toEqual(["x0", "x1", "x2", "x3", "x4", "x5"]);
    expect(syncer.reserved(macOf(0))).toBe("10.0.1.1");
    expect(syncer.round.isPending).toBe(false);
    expect(syncer.round.release()).toBe(6);
    expect(await syncer.look()).toHaveLength(6);
    expect([syncer.round.held.size, syncer.store.inventory.size]).toEqual([0, 14]);
  });

  test("what was held and comes back is held no more", async () => {
    await syncer.look();
    const gone = syncer.smd.rows.splice(0, 6);
    await syncer.look();
    await syncer.look();
    syncer.smd.rows.push(...gone);
    expect(await syncer.look()).toEqual([]);
    expect(syncer.round.held.size).toBe(0);
  });

  test("an empty list is held though only two hosts would be lost", async () => {
    syncer.smd.rows.splice(2);
    await syncer.look();
    syncer.smd.rows = [];
    await syncer.look();
    expect(await syncer.look()).toEqual([]);
    expect([...syncer.round.held]).toEqual(["x0", "x1"]);
    syncer.round.release();
    expect(await syncer.look()).toEqual(["HostRemoved x0", "HostRemoved x1"]);
  });

  test("the last host of a site can be taken out", async () => {
    syncer.smd.rows.splice(1);
    await syncer.look();
    syncer.smd.rows = [];
    await syncer.look();
    expect(await syncer.look()).toEqual(["HostRemoved x0"]);
  });

  test("an empty list of components takes nobody's name or role", async () => {
    await syncer.look();
    syncer.smd.components = [];
    expect(await syncer.look()).toEqual([]);
    expect(syncer.store.inventory.host("x3")?.hostname).toBe("nid0003");
    expect(syncer.round.held.size).toBe(20);
  });

  test("hosts that lose all their addresses count as lost", async () => {
    await syncer.look();
    syncer.smd.rows = syncer.smd.rows.map((one) => ({ ...(one as Row), IPAddresses: [] }));
    expect(await syncer.look()).toEqual([]);
    expect(syncer.reserved(macOf(3))).toBe("10.0.1.4");
  });
});
