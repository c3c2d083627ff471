// A process that only reads follows the same views as a node does, in a few lines: who is at an address, and what is said of it.
import { INVENTORY, LEASES, NETWORK } from "@leasehold/bus";
import { hostKey, Inventory } from "@leasehold/inventory";
import { encodeLeaseEvent, LeaseView } from "@leasehold/leases";
import { compileNetwork, type Network } from "@leasehold/network";
import { beforeEach, describe, expect, test } from "vitest";
import { alice, Bucket, bob, granted, hostSet, ip, X } from "../test/records.ts";
import { DOCUMENT_KEY } from "./document-record.ts";
import { followInventory } from "./inventory-feed.ts";
import { followLeases, type LeaseKeeper } from "./lease-feed.ts";
import { NetworkView } from "./network-view.ts";
import type { ViewPorts } from "./ports.ts";

const DOCUMENT = { version: 1, subnets: [{ id: "lan", prefix: "10.0.0.0/24" }] };

let buckets: Map<string, Bucket>;
let said: string[];
let ports: ViewPorts;

beforeEach(() => {
  buckets = new Map();
  said = [];
  const say = (_: object, sentence: string) => void said.push(sentence);
  ports = {
    follow: (name, options) => {
      const bucket = new Bucket(options);
      buckets.set(name, bucket);
      return bucket;
    },
    log: { info: say, warn: say, error: say },
    records: {
      note: (bucket, key, _, reason) => void said.push(`${bucket} ${key}: ${reason}`),
      isWell: () => {},
      forget: () => {},
    },
    onTrouble: (what) => void said.push(what),
    onWeaknesses: () => {},
  };
});

const bucket = (name: string) => buckets.get(name)!;
const data = () => encodeLeaseEvent(granted);

test("a reader: the host at an address, by lease and inventory, and the network in force", () => {
  const leases = { view: new LeaseView() };
  const inventory = new Inventory();
  let network: Network = compileNetwork({ version: 1, subnets: [] }, 0);
  followLeases({ ...ports, leases, onLease: () => {} });
  followInventory({ ...ports, inventory, onHosts: () => {} });
  const view = new NetworkView({
    ...{ ...ports, steady: () => 0, isConnected: () => true, count: () => {} },
    inForce: () => network,
    use: (next) => {
      network = next;
    },
    documents: { kept: async () => [] },
    inTurns: () => Promise.reject(new Error("no document of this test is long")),
    ...{ onMember: () => {}, onReplaced: () => {} },
  });
  expect(view.missing).toMatch(/no network document yet/);

  bucket(LEASES).show(X, { data: data() });
  bucket(INVENTORY).show(hostKey("x1"), { value: hostSet("x1", alice, X) });
  bucket(NETWORK).show(DOCUMENT_KEY, { value: DOCUMENT });

  const lease = leases.view.get(ip(X))!;
  expect([lease.mac, inventory.byMac(lease.mac!)?.id]).toEqual([alice.mac, "x1"]);
  expect([network.subnetContaining(ip(X))?.id, view.missing]).toEqual(["lan", undefined]);
  expect(said).toEqual(["network document in use"]);
});

describe("leases", () => {
  const heard: string[] = [];
  const follow = (keeper?: LeaseKeeper) => {
    heard.length = 0;
    const leases = { view: new LeaseView() };
    followLeases({
      ...{ ...ports, leases, ...(keeper && { keeper }) },
      onLease: ({ revision }, isLoaded) => void heard.push(`${revision} ${isLoaded}`),
      onLoaded: () => void heard.push("loaded"),
    });
    return leases.view;
  };

  test("are told with whether all that there was is known", () => {
    follow();
    bucket(LEASES).show(X, { data: data() });
    bucket(LEASES).load();
    bucket(LEASES).show(X, { data: data() });
    expect(heard).toEqual(["1 false", "loaded", "2 true"]);
  });

  test("that somebody removed are written back by who keeps them; a reader goes on with what it knows", () => {
    const removed: number[] = [];
    const keeper = { isRestoring: () => false, leasesReplaced: () => {} };
    for (const each of [{ ...keeper, leaseRemoved: () => void removed.push(1) }, undefined]) {
      const view = follow(each);
      bucket(LEASES).show(X, { data: data() });
      bucket(LEASES).show(X);
      expect(view.get(ip(X))?.client).toBe(alice.client);
    }
    expect(removed).toEqual([1]);
    expect(said).toEqual(["the record of a lease was removed by hand; writing it back"]);
  });

  test("of a replaced store are loaded again; a keeper is told before they are gone", () => {
    let known = 0;
    const view: LeaseView = follow({
      isRestoring: () => true,
      leaseRemoved: () => {},
      leasesReplaced: () => {
        known = view.size;
      },
    });
    bucket(LEASES).show(X, { data: data() });
    expect(bucket(LEASES).options.known?.()).toBe(0);
    bucket(LEASES).replace();
    expect([known, view.size]).toEqual([1, 0]);
  });
});

test("hosts of a replaced inventory stay, and are told once all is loaded", () => {
  const inventory = new Inventory();
  const told: unknown[] = [];
  const { feed } = followInventory({ ...ports, inventory, onHosts: (macs) => void told.push(macs) });
  bucket(INVENTORY).show(hostKey("x1"), { value: hostSet("x1", bob, X) });
  bucket(INVENTORY).load();
  bucket(INVENTORY).replace();
  bucket(INVENTORY).load();
  expect([told, feed.lost, inventory.byMac(bob.mac)?.id]).toEqual([[undefined, undefined], ["x1"], "x1"]);
  expect(said[1]).toMatch(/has lost hosts/);
});
