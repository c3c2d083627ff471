// The inventory's bucket is deleted, made anew, or restored from a backup: no host is forgotten for that.
import { hostKey, Inventory } from "@leasehold/inventory";
import { formatIpv4 } from "@leasehold/protocol";
import { beforeEach, expect, test } from "vitest";
import { alice, bob, type Client, hostSet, ip } from "../test/records.ts";
import { InventoryFeed } from "./inventory-feed.ts";

let inventory: Inventory;
let feed: InventoryFeed;
let revision: number;

const set = (id: string, of: Client, address: string) =>
  feed.take({ key: hostKey(id), value: hostSet(id, of, address), revision: ++revision });
const addressOf = (of: Client) => {
  const found = inventory.reservation(of.mac, () => true);
  return found && formatIpv4(found);
};

beforeEach(() => {
  inventory = new Inventory();
  feed = new InventoryFeed(inventory);
  revision = 0;
  set("a", alice, "10.0.0.10");
  set("b", bob, "10.0.0.11");
});

test("a record tells whose host changed, before and after", () => {
  const { macs } = set("a", { ...alice, mac: bob.mac }, "10.0.0.12");
  expect(macs).toEqual([alice.mac, bob.mac]);
  expect(feed.lost).toEqual([]);
});

test("A5: a record that cannot be read is told with its reason, and its host is not served", () => {
  const { unreadable } = feed.take({ key: hostKey("a"), value: { v: 2 }, revision: 9 });
  expect(unreadable).toMatch(/not a host event/);
  expect(addressOf(alice)).toBeUndefined();
  expect(set("a", alice, "10.0.0.10").unreadable).toBeUndefined();
});

test("an empty bucket in place of the old one takes no address away", () => {
  feed.replaced();
  expect([addressOf(alice), addressOf(bob)]).toEqual(["10.0.0.10", "10.0.0.11"]);
  expect(feed.lost).toEqual(["a", "b"]);
});

test("what the new one says of a host counts, whatever its revision", () => {
  feed.replaced();
  revision = 0;
  set("a", alice, "10.0.0.20");
  feed.take({ key: hostKey("b"), value: undefined, revision: ++revision });
  expect([addressOf(alice), addressOf(bob)]).toEqual(["10.0.0.20", undefined]);
  expect(inventory.ofAddress(ip("10.0.0.10"))).toBeUndefined();
  expect(feed.lost).toEqual([]);
});
