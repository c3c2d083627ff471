// A syncer is not alone with the bucket: a second one, another source, an operator's hand.
import { beforeEach, describe, expect, test } from "vitest";
import { B, C, type MemorySyncer, syncerOfTwo } from "../../test/memory-syncer.ts";
import { row } from "../../test/smd-shapes.ts";

let syncer: MemorySyncer;
beforeEach(() => {
  syncer = syncerOfTwo();
});

describe("others who write", () => {
  test("a second syncer over the same source finds nothing to say", async () => {
    const other = syncer.start();
    syncer.store.interfere = () => {
      syncer.store.interfere = () => {};
      void other.run(true, () => "2026-04-01T12:00:30.000Z");
    };
    await syncer.look();
    expect(syncer.store.inventory.size).toBe(2);
    expect(await syncer.look()).toEqual([]);
    expect((await other.run(true, () => "2026-04-01T13:00:00.000Z")).written).toEqual([]);
  });

  test("a writer that is always first is waited for in the next round", async () => {
    let count = 0;
    syncer.store.interfere = () => syncer.store.put("x1", { rubbish: ++count });
    expect((await syncer.round.run(true, () => "2026-04-01T12:00:00.000Z")).kind).toBe("outrun");
    syncer.store.interfere = () => {};
    expect(await syncer.look()).toContain("HostSet x1");
  });

  test("a host of another source is left alone, and its address is a duplicate here", async () => {
    const theirs = {
      interfaces: [{ mac: C, addresses: [{ address: "10.0.0.2", since: "2020-01-01T00:00:00Z" }] }],
    };
    const common = {
      type: "HostSet",
      v: 1,
      source: "file",
      observedAt: "2020-01-01T00:00:00Z",
      host: theirs,
    };
    syncer.store.put("x1", { ...common, id: "x1" });
    expect(await syncer.look()).toEqual(["HostQuarantined x2"]);
    expect(syncer.round.foreign).toEqual(["x1"]);
    expect(syncer.stored("x1")?.source).toBe("file");
    syncer.smd.rows = [row(B, "x2", ["10.0.0.22"])];
    await syncer.look();
    expect(syncer.stored("x1")?.type).toBe("HostSet");
  });

  test("an unreadable record is written again", async () => {
    syncer.store.put("x1", "rubbish");
    expect(await syncer.look()).toContain("HostSet x1");
    expect(syncer.store.inventory.quarantined()).toEqual([]);
  });
});
