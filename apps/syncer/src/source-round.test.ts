// Rounds of a syncer over a store in memory: rows in SMD's shapes in, host events out.
import type { HostEvent } from "@leasehold/inventory";
import { parseIpv4, parseMac } from "@leasehold/protocol";
import fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { MemoryStore } from "../test/memory-store.ts";
import { bmc, node, type Row, row } from "../test/smd-shapes.ts";
import { ReadFailure } from "./source.ts";
import { SourceRound } from "./source-round.ts";
import { readingOf } from "./sources/smd-rows.ts";

const A = "02:00:5e:00:10:0a";
const B = "02:00:5e:00:10:0b";
const C = "02:00:5e:00:10:0c";
const NAMES = { hostname: "nid{04d}", hostnameOther: "{id}" };

let store: MemoryStore;
let smd: { rows: unknown[]; components: unknown[]; isDown: boolean };
let round: SourceRound;
let minute: number;

/** A syncer that has just started. */
function start(source = "smd"): SourceRound {
  const settings = { source, absentReads: 2, brake: { percent: 10, hosts: 5 } };
  const read = async () => {
    if (smd.isDown) throw new ReadFailure("GET …: status 503");
    return readingOf(smd.rows, smd.components, NAMES);
  };
  return new SourceRound(settings, { place: "here", read }, store);
}

/** One whole read, a minute after the last; the events in short: `HostSet x1`. */
async function look(): Promise<string[]> {
  minute++;
  const now = () => new Date(Date.UTC(2026, 3, 1, 12, minute)).toISOString();
  const { written } = await round.run(true, now);
  return written.map(({ type, id }) => `${type} ${id}`);
}

function stored(id: string): HostEvent | undefined {
  return store.hosts.get(id)?.event;
}

/** The address that nodes reserve for an interface. */
function reserved(mac: string): string | undefined {
  const address = store.inventory.reservation(parseMac(mac)!, () => true);
  return [...Array(4).keys()]
    .reverse()
    .map((i) => ((address ?? 0) >>> (8 * i)) & 255)
    .join(".")
    .replace("0.0.0.0", "");
}

beforeEach(() => {
  store = new MemoryStore();
  smd = {
    rows: [row(A, "x1", ["10.0.0.1"]), row(B, "x2", ["10.0.0.2"])],
    components: [node("x1", 1), node("x2", 2)],
    isDown: false,
  };
  round = start();
  minute = 0;
});

describe("changes", () => {
  test("each host is one event, and a second look says nothing", async () => {
    expect(await look()).toEqual(["HostSet x1", "HostSet x2"]);
    expect(await look()).toEqual([]);
    expect(stored("x1")).toEqual({
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
    await look();
    round = start();
    expect(await look()).toEqual([]);
  });

  test("another order of rows and addresses is no change", async () => {
    smd.rows = [
      row(A, "x1", ["10.0.0.1", "10.1.0.1"]),
      row(C, "x1", ["10.2.0.1"]),
      row(B, "x2", ["10.0.0.300"]),
    ];
    await look();
    smd.rows = [
      row(B, "x2", ["10.0.0.300"]),
      row(C, "x1", ["10.2.0.1"]),
      row(A, "x1", ["10.1.0.1", "10.0.0.1"]),
    ];
    expect(await look()).toEqual([]);
  });

  test("a new address is one event for one host, and its claim begins now", async () => {
    await look();
    smd.rows[0] = row(A, "x1", ["10.0.0.7"], { LastUpdate: "2026-04-01T12:01:30Z" });
    expect(await look()).toEqual(["HostSet x1"]);
    expect(stored("x1")).toMatchObject({
      host: { interfaces: [{ addresses: [{ since: "2026-04-01T12:01:30.000Z" }] }] },
    });
    expect(reserved(A)).toBe("10.0.0.7");
  });

  test("a changed NID is a changed name, though no time of SMD's moves", async () => {
    await look();
    smd.components[0] = node("x1", 101);
    expect(await look()).toEqual(["HostSet x1"]);
    expect(store.inventory.host("x1")).toMatchObject({ hostname: "nid0101", nid: 101 });
  });

  test("an interface that moves to another component, with LastUpdate unchanged, moves at once", async () => {
    smd.rows.push(row(C, "x1", ["10.0.0.3"]));
    await look();
    smd.rows[2] = row(C, "x2", ["10.0.0.3"]);
    expect((await look()).sort()).toEqual(["HostSet x1", "HostSet x2"]);
    expect(store.inventory.byMac(parseMac(C)!)?.id).toBe("x2");
    expect(store.inventory.quarantined()).toEqual([]);
  });

  test("a component's id that is swapped for another removes the one and sets the other", async () => {
    await look();
    smd.rows[0] = row(A, "x9", ["10.0.0.1"]);
    smd.components[0] = node("x9", 1);
    expect((await look()).sort()).toEqual(["HostRemoved x1", "HostSet x9"]);
    expect(reserved(A)).toBe("10.0.0.1");
  });

  test("addresses that are swapped between two hosts are no duplicates", async () => {
    await look();
    smd.rows = [row(A, "x1", ["10.0.0.2"]), row(B, "x2", ["10.0.0.1"])];
    expect(await look()).toEqual(["HostSet x1", "HostSet x2"]);
    expect([reserved(A), reserved(B)]).toEqual(["10.0.0.2", "10.0.0.1"]);
  });
});

describe("what goes away", () => {
  test("missing once is rediscovery, missing twice is gone", async () => {
    await look();
    const [first] = smd.rows.splice(0, 1);
    expect(await look()).toEqual([]);
    expect(round.isPending).toBe(true);
    smd.rows.push(first);
    expect(await look()).toEqual([]);
    expect(round.isPending).toBe(false);
    smd.rows.pop();
    expect(await look()).toEqual([]);
    expect(await look()).toEqual(["HostRemoved x1"]);
    expect(reserved(A)).toBe("");
    expect(await look()).toEqual([]);
  });

  test("one interface of a host goes by the same rule", async () => {
    smd.rows.push(row(C, "x1", ["10.0.0.3"]));
    await look();
    smd.rows.pop();
    expect(await look()).toEqual([]);
    expect(await look()).toEqual(["HostSet x1"]);
    expect(store.inventory.host("x1")?.interfaces).toHaveLength(1);
  });

  test("a host that comes back is set again, over the record of its removal", async () => {
    await look();
    const [first] = smd.rows.splice(0, 1);
    await look();
    await look();
    smd.rows.push(first);
    expect(await look()).toEqual(["HostSet x1"]);
  });

  test("a source that is down changes nothing, and is no reading without hosts", async () => {
    await look();
    smd.isDown = true;
    await expect(look()).rejects.toThrow(ReadFailure);
    await expect(look()).rejects.toThrow(ReadFailure);
    smd.isDown = false;
    expect(await look()).toEqual([]);
    expect(store.inventory.size).toBe(2);
  });
});

describe("a bad row is quarantined alone", () => {
  test("with a good past: that is served on, and the problem is told, once", async () => {
    await look();
    smd.rows[0] = row(A, "x1", ["10.0.0.300"]);
    smd.rows.push(row(C, "x3", ["10.0.0.3"]));
    expect(await look()).toEqual(["HostQuarantined x1", "HostSet x3"]);
    expect(await look()).toEqual([]);
    expect(reserved(A)).toBe("10.0.0.1");
    expect(stored("x1")).toMatchObject({
      problems: [{ found: '"10.0.0.300"', expected: "the IPv4 address of a host" }],
    });
    smd.rows[0] = row(A, "x1", ["10.0.0.5"]);
    expect(await look()).toEqual(["HostSet x1"]);
    expect(reserved(A)).toBe("10.0.0.5");
  });

  test("without a past: nothing of it is served", async () => {
    smd.rows[0] = row(A, "x1", ["10.0.0.300"]);
    expect(await look()).toEqual(["HostQuarantined x1", "HostSet x2"]);
    expect(stored("x1")).not.toHaveProperty("host");
    expect(store.inventory.byMac(parseMac(A)!)).toBeUndefined();
  });

  test("the host's other interfaces go on, and change", async () => {
    smd.rows.push(row(C, "x1", ["10.0.0.3"]));
    await look();
    smd.rows[0] = row(A, "x1", ["10.0.0.300"]);
    smd.rows[2] = row(C, "x1", ["10.0.0.33"]);
    expect(await look()).toEqual(["HostQuarantined x1"]);
    expect([reserved(A), reserved(C)]).toEqual(["10.0.0.1", "10.0.0.33"]);
  });

  test("a hardware address that cannot be read keeps what the host had", async () => {
    await look();
    smd.rows[0] = row("garbage", "x1", ["10.0.0.1"]);
    for (let i = 0; i < 3; i++) await look();
    expect(stored("x1")?.type).toBe("HostQuarantined");
    expect(reserved(A)).toBe("10.0.0.1");
  });
});

describe("one address at two hosts", () => {
  test("who had it keeps it, both are told, and the other keeps what it had", async () => {
    await look();
    smd.rows[0] = row(A, "x1", ["10.0.0.2"], { LastUpdate: "2020-01-01T00:00:00Z" });
    expect((await look()).sort()).toEqual(["HostQuarantined x1", "HostSet x2"]);
    expect([reserved(A), reserved(B)]).toEqual(["10.0.0.1", "10.0.0.2"]);
    expect(stored("x1")).toMatchObject({ problems: [{ found: "10.0.0.2, which x2 claims too" }] });
    expect(stored("x2")).toMatchObject({ problems: [{ found: "10.0.0.2, which x1 claims too" }] });
    expect(await look()).toEqual([]);
    smd.rows[1] = row(B, "x2", ["10.0.0.22"]);
    expect((await look()).sort()).toEqual(["HostSet x1", "HostSet x2"]);
    expect([reserved(A), reserved(B)]).toEqual(["10.0.0.2", "10.0.0.22"]);
  });

  test("of two that are new, the one that SMD has had for longer has it", async () => {
    smd.rows = [
      row(A, "x1", ["10.0.0.9"]),
      row(B, "x2", ["10.0.0.9"], { LastUpdate: "2026-02-01T00:00:00Z" }),
    ];
    expect(await look()).toEqual(["HostQuarantined x1", "HostSet x2"]);
    expect(store.inventory.ofAddress(parseIpv4("10.0.0.9")!)?.id).toBe("x2");
    expect(await look()).toEqual([]);
    // The loser's claim is stored: it counts by itself as soon as the winner's goes.
    smd.rows.pop();
    await look();
    expect((await look()).sort()).toEqual(["HostRemoved x2", "HostSet x1"]);
    expect(reserved(A)).toBe("10.0.0.9");
  });

  test("one hardware address at two components", async () => {
    await look();
    smd.rows.push(row(A.toUpperCase().replaceAll(":", ""), "x3", ["10.0.0.3"], { ID: "other" }));
    expect((await look()).sort()).toEqual(["HostQuarantined x3", "HostSet x1"]);
    expect(store.inventory.byMac(parseMac(A)!)?.id).toBe("x1");
    expect(await look()).toEqual([]);
  });
});

describe("the brake", () => {
  const macOf = (i: number) => `02:00:5e:00:20:${i.toString(16).padStart(2, "0")}`;
  beforeEach(() => {
    smd.rows = Array.from({ length: 20 }, (_, i) => row(macOf(i), `x${i}`, [`10.0.1.${i + 1}`]));
    smd.components = smd.rows.map((_, i) => node(`x${i}`, i));
  });

  test("a few hosts may go", async () => {
    await look();
    smd.rows.splice(0, 5);
    await look();
    expect(await look()).toHaveLength(5);
  });

  test("many at once are held until they are let go; others go on changing", async () => {
    await look();
    smd.rows.splice(0, 6);
    smd.rows[0] = row(macOf(6), "x6", ["10.0.1.77"]);
    expect(await look()).toEqual(["HostSet x6"]);
    expect(await look()).toEqual([]);
    expect([...round.held].sort()).toEqual(["x0", "x1", "x2", "x3", "x4", "x5"]);
    expect(reserved(macOf(0))).toBe("10.0.1.1");
    expect(round.isPending).toBe(false);
    expect(round.release()).toBe(6);
    expect(await look()).toHaveLength(6);
    expect([round.held.size, store.inventory.size]).toEqual([0, 14]);
  });

  test("what was held and comes back is held no more", async () => {
    await look();
    const gone = smd.rows.splice(0, 6);
    await look();
    await look();
    smd.rows.push(...gone);
    expect(await look()).toEqual([]);
    expect(round.held.size).toBe(0);
  });

  test("an empty list is held whatever the number of hosts", async () => {
    smd.rows.splice(1);
    await look();
    smd.rows = [];
    await look();
    expect(await look()).toEqual([]);
    expect([...round.held]).toEqual(["x0"]);
    round.release();
    expect(await look()).toEqual(["HostRemoved x0"]);
  });

  test("an empty list of components takes nobody's name or role", async () => {
    await look();
    smd.components = [];
    expect(await look()).toEqual([]);
    expect(store.inventory.host("x3")?.hostname).toBe("nid0003");
    expect(round.held.size).toBe(20);
  });

  test("hosts that lose all their addresses count as lost", async () => {
    await look();
    smd.rows = smd.rows.map((one) => ({ ...(one as Row), IPAddresses: [] }));
    expect(await look()).toEqual([]);
    expect(reserved(macOf(3))).toBe("10.0.1.4");
  });
});

describe("others who write", () => {
  test("a second syncer over the same source finds nothing to say", async () => {
    const other = start();
    store.interfere = () => {
      store.interfere = () => {};
      void other.run(true, () => "2026-04-01T12:00:30.000Z");
    };
    await look();
    expect(store.inventory.size).toBe(2);
    expect(await look()).toEqual([]);
    expect((await other.run(true, () => "2026-04-01T13:00:00.000Z")).written).toEqual([]);
  });

  test("whoever is always first is waited for in the next round", async () => {
    let count = 0;
    store.interfere = () => store.put("x1", { rubbish: ++count });
    expect((await round.run(true, () => "2026-04-01T12:00:00.000Z")).kind).toBe("outrun");
    store.interfere = () => {};
    expect(await look()).toContain("HostSet x1");
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
    store.put("x1", { ...common, id: "x1" });
    expect(await look()).toEqual(["HostQuarantined x2"]);
    expect(round.foreign).toEqual(["x1"]);
    expect(stored("x1")?.source).toBe("file");
    smd.rows = [row(B, "x2", ["10.0.0.22"])];
    await look();
    expect(stored("x1")?.type).toBe("HostSet");
  });

  test("a record that nobody can read is written anew", async () => {
    store.put("x1", "rubbish");
    expect(await look()).toContain("HostSet x1");
    expect(store.inventory.quarantined()).toEqual([]);
  });
});

test("law: whatever the rows, a second look says nothing, and no two hosts are given one address", async () => {
  const mac = fc.constantFrom(A, B, C, A.toUpperCase(), "02005e00100b", "garbage");
  const component = fc.constantFrom("x1", "x2", "x3", "", "not legal!");
  const addresses = fc.array(
    fc.constantFrom("10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.300", "2001:db8::1"),
    { maxLength: 3 },
  );
  const update = fc.constantFrom(
    "2026-01-01T00:00:00Z",
    "2026-02-01T00:00:00.123456Z",
    "2027-01-01T00:00:00Z",
    "?",
  );
  const anyRow = fc
    .tuple(mac, component, addresses, update)
    .map(([m, c, a, LastUpdate]) => row(m, c, a, { LastUpdate }));
  const history = fc.array(fc.array(anyRow, { maxLength: 5 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(history, async (readings) => {
      store = new MemoryStore();
      round = start();
      smd.components = [node("x1", 1), bmc("x2")];
      for (const rows of readings) {
        smd.rows = rows;
        // Twice, so that what is missing is gone; the third time there must be nothing left to say.
        await look();
        await look();
        smd.rows = rows.toReversed();
        expect(await look()).toEqual([]);
        const given = [A, B, C].map(reserved).filter((address) => address !== "");
        expect(new Set(given).size).toBe(given.length);
      }
    }),
    { numRuns: 200 },
  );
});
