// A view of many leases: what laws.test.ts says of a few holds while the indexes grow.
import { ipv4 } from "@leasehold/protocol";
import { describe, expect, test } from "vitest";
import { client, granted, ip, NOW } from "../../test/world.ts";
import { instant, type Lease, LeaseView, leaseAfter, revision } from "../index.ts";

const LEASES = 40_000;
const FIRST = ip("223.255.0.0");
const clientOf = (i: number) => client(i % (LEASES / 2));

function leaseOf(i: number, newest = i + 1): Lease {
  const lease = leaseAfter(granted(clientOf(i), "10.0.0.10").event, revision(newest), NOW);
  return { ...lease, address: ipv4(FIRST + i) };
}

function viewOfMany(): LeaseView {
  const view = new LeaseView();
  for (let i = 0; i < LEASES; i++) view.apply(leaseOf(i));
  return view;
}

const addresses = (leases: Iterable<Lease>) => Array.from(leases, ({ address }) => address).sort();

describe("a view of many leases", () => {
  test("finds each by its address and by its client", () => {
    const view = viewOfMany();
    expect(view.size).toBe(LEASES);
    expect(addresses(view.all())).toEqual(Array.from({ length: LEASES }, (_, i) => FIRST + i));
    for (let i = 0; i < LEASES / 2; i++) {
      expect(view.get(ipv4(FIRST + i))).toEqual(leaseOf(i));
      expect(addresses(view.ofClient(clientOf(i).client))).toEqual([FIRST + i, FIRST + i + LEASES / 2]);
    }
  });

  test("forgets those that are purged, and no others", () => {
    const view = viewOfMany();
    for (let i = 0; i < LEASES; i += 2) view.remove(ipv4(FIRST + i), revision(LEASES + 1));
    expect(view.size).toBe(LEASES / 2);
    expect(view.ofClient(clientOf(2).client)).toEqual([]);
    expect(addresses(view.ofClient(clientOf(3).client))).toEqual([FIRST + 3, FIRST + 3 + LEASES / 2]);
    expect(view.heldIn("lan")).toBe(LEASES / 2);
  });

  test("tells those that are newer than a revision, from the oldest on", () => {
    const view = viewOfMany();
    view.apply(leaseOf(7, LEASES + 1));
    const newest = view.newerThan(revision(LEASES - 2), 2).map(({ address }) => address);
    expect(newest).toEqual([FIRST + LEASES - 2, FIRST + LEASES - 1]);
    expect(view.newerThan(revision(LEASES), 2)).toEqual([leaseOf(7, LEASES + 1)]);
  });

  test("taken out is another one, and leaves none", () => {
    const view = viewOfMany();
    const taken = view.takeOut();
    expect([view.size, view.get(FIRST), view.heldIn("lan")]).toEqual([0, undefined, 0]);
    view.apply(leaseOf(0, 99));
    expect([taken.size, taken.get(FIRST)]).toEqual([LEASES, leaseOf(0)]);
  });
});

describe("a lease that was read", () => {
  const before = leaseOf(0);
  const viewOfOne = () => {
    const view = new LeaseView();
    view.apply(before);
    expect(view.get(FIRST)).toEqual(before);
    return view;
  };

  test("is read anew once another one stands there", () => {
    const view = viewOfOne();
    const newer = { ...leaseOf(0, 9), client: clientOf(1).client };
    view.apply(newer);
    expect([view.get(FIRST), view.ofClient(before.client)]).toEqual([newer, []]);
    view.remove(FIRST, revision(10));
    expect(view.get(FIRST)).toBeUndefined();
    view.apply(leaseOf(1, 11));
    expect([view.get(FIRST), view.get(ipv4(FIRST + 1))]).toEqual([undefined, leaseOf(1, 11)]);
  });

  test("counts from when the stream shows that it was stored; what was read earlier stays as it was", () => {
    const view = viewOfOne();
    const read = view.get(FIRST);
    const at = instant(before.at + 1500);
    const shown = { ...before, at, heldUntil: before.heldUntil + 1500 };
    expect(view.showAt(FIRST, at)).toEqual(shown);
    expect([read, view.get(FIRST), ...view.ofClient(before.client)]).toEqual([before, shown, shown]);
    expect(view.showAt(ipv4(FIRST + 1), at)).toBeUndefined();
  });
});
