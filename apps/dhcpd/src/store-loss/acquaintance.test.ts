// A2: a node that starts beside others that know more than the store does not serve before it knows as much.
import { beforeEach, expect, test } from "vitest";
import { DhcpMembership } from "../cluster/dhcp-membership.ts";
import { Acquaintance } from "./acquaintance.ts";

let membership: DhcpMembership;
let acquaintance: Acquaintance;
const own = { leases: 3, hosts: 2 };

beforeEach(() => {
  membership = new DhcpMembership("n1");
  acquaintance = new Acquaintance(membership, 0);
});

const hear = (node: string, keys: unknown, more: object = {}) =>
  membership.hear(node, { node, state: "serving", addresses: [], keys, ...more }, 100);

test("A2: it hears every member of the store first, for as long as a silent one is not taken for dead", () => {
  membership.register("n2", 0);
  membership.register("n3", 0);
  hear("n2", own);
  expect(acquaintance.missing(own, 200)).toBe("waiting for a heartbeat from n3");
  expect(acquaintance.missing(own, 2000)).toBeUndefined();
});

test("A2: where the store has no members, whoever may be there is waited for", () => {
  expect(acquaintance.missing(own, 1999)).toBe("waiting for a heartbeat from the other nodes");
  expect(acquaintance.missing(own, 2000)).toBeUndefined();
});

test("A2: another one knows more addresses: not before they are here, however long that takes; and then for good", () => {
  membership.register("n2", 0);
  hear("n2", { leases: 5, hosts: 2 });
  expect(acquaintance.missing(own, 200)).toContain("the store has 3 addresses, and n2 knows 5");
  hear("n2", { leases: 5, hosts: 2 }, { isRestoring: true });
  expect(acquaintance.missing({ leases: 5, hosts: 2 }, 300)).toContain("n2 is writing back");
  hear("n2", { leases: 5, hosts: 2 });
  expect(acquaintance.missing({ leases: 5, hosts: 2 }, 300)).toBeUndefined();
  hear("n2", { leases: 9, hosts: 2 });
  expect(acquaintance.missing({ leases: 5, hosts: 2 }, 400)).toBeUndefined();
});

test("A6: another one knows more hosts: the syncer is waited for, not for ever", () => {
  membership.register("n2", 0);
  hear("n2", { leases: 3, hosts: 4 });
  expect(acquaintance.missing(own, 200)).toContain("waiting for the syncer");
  membership.hear(
    "n2",
    { node: "n2", state: "serving", addresses: [], keys: { leases: 3, hosts: 4 } },
    600_000,
  );
  expect(acquaintance.missing(own, 600_001)).toBeUndefined();
});

test("A2: what another one says that is no number is not waited for, nor what one says that has only started", () => {
  membership.register("n2", 0);
  hear("n2", { leases: "many", hosts: 1e9 });
  hear("n3", { leases: 9, hosts: 9 }, { state: "starting" });
  expect(acquaintance.missing(own, 200)).toBeUndefined();
});
