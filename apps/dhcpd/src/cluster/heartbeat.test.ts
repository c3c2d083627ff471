// What is believed of a heartbeat.

import { readFileSync } from "node:fs";
import { Wrong } from "@leasehold/bus";
import { roleOf } from "@leasehold/cluster";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DhcpMembership } from "./dhcp-membership.ts";
import { type DhcpHeartbeat, heartbeatOf, readHeartbeat, withinBounds } from "./heartbeat.ts";

const good: DhcpHeartbeat = {
  ...{ node: "n2", version: "0.1.0", state: "serving", store: "healthy", isRestoring: false },
  ...{
    addresses: ["10.0.0.3"],
    api: "0.0.0.0:8067",
    networkRevision: 3,
    leasesPosition: 9,
    inventoryRevision: 4,
  },
  floating: { address: "10.0.0.9", able: true, votesFor: "n2", carries: false, obstacle: null },
  ...{ hosts: 1, leases: 2, counters: { received: 7 } },
};

describe("A4: a heartbeat", () => {
  it("is read as its node says it, without what a newer one adds", () => {
    expect(readHeartbeat("n2", JSON.parse(JSON.stringify(good)))).toEqual(good);
    expect(readHeartbeat("n2", { ...good, colour: "green" })).toEqual(good);
  });

  it("of an earlier version, which told no role, is read as it was", () => {
    const file = new URL("../../test/heartbeats-without-role.json", import.meta.url);
    const recorded = JSON.parse(readFileSync(file, "utf8")) as DhcpHeartbeat[];
    expect(recorded).toHaveLength(6);
    const membership = new DhcpMembership("n9");
    for (const beat of recorded) {
      expect(readHeartbeat(beat.node, beat)).toEqual(beat);
      expect(roleOf(beat)).toBe("dhcp");
      membership.hear(beat.node, beat, 0);
    }
    expect(membership.members.names).toEqual(["n2", "n9"]);
    membership.hear("n1", recorded[0], 1);
    expect(membership.members.names).toEqual(["n1", "n2", "n9"]);
  });

  it("tells its role, and all else where nodes of an earlier version read it", () => {
    expect(heartbeatOf(good)).toEqual({ ...good, role: "dhcp" });
  });

  it("is nobody's whose name is another than the subject's", () => {
    expect(readHeartbeat("n3", good)).toEqual(new Wrong("node n2", "node n3, as in the subject"));
  });

  it("says which field is wrong, and how", () => {
    const wrong = readHeartbeat("n2", { ...good, addresses: ["10.0.0.3", 7] });
    expect(wrong).toMatchObject({ found: "addresses.1: 7" });
    expect(readHeartbeat("n2", { ...good, floating: "here" })).toMatchObject({ found: 'floating: "here"' });
  });

  it("with any one field of another type is refused, and the others' view of the cluster goes on", () => {
    const fields = Object.keys(good) as (keyof DhcpHeartbeat)[];
    const optional = new Set<keyof DhcpHeartbeat>(["store", "isRestoring", "floating"]);
    const odd = [null, 0.5, "", {}, [], [[]], { a: { b: [] } }, -1, 1e300, true, "x".repeat(10_000)];
    for (const field of fields) {
      for (const value of odd) {
        const changed = { ...good, [field]: value };
        const read = readHeartbeat("n2", changed);
        if (read instanceof Wrong) continue;
        // What passes is of the type that it has to be.
        expect([field, typeof (read as DhcpHeartbeat)[field]]).toEqual([field, typeof good[field]]);
      }
      const missing = readHeartbeat("n2", { ...good, [field]: undefined });
      expect([field, missing instanceof Wrong]).toEqual([field, !optional.has(field)]);
    }
  });

  it("of a node that has much to tell is heard: forty interfaces that are gone, a document that quotes much", () => {
    const words = "x".repeat(10_000);
    const link = { name: "bond0.101", state: "missing", addresses: [], mtu: 0, problem: words } as const;
    const long = { notReady: words, storeAlarms: [words], links: [link] };
    const floating = { ...good.floating!, obstacle: words };
    const beat = { ...good, ...long, floating };
    expect(readHeartbeat("n2", beat)).toBeInstanceOf(Wrong);
    expect(readHeartbeat("n2", withinBounds(beat))).toMatchObject({ node: "n2", state: "serving" });
    expect(withinBounds(good)).toEqual(good);
  });

  it("never throws, whatever it is, and neither does what takes it", () => {
    const membership = new DhcpMembership("n1");
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.record({ node: fc.constant("n2") })), (value) => {
        const read = readHeartbeat("n2", value);
        if (!(read instanceof Wrong)) membership.hear("n2", read, 0);
        membership.all(0);
        membership.floatingWords("10.0.0.9", 0);
      }),
      { numRuns: 3000 },
    );
  });
});
