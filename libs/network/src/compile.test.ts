import { formatProblem } from "@leasehold/document";
import { decodeOption, ipv4, optionByName, parseIpv4 } from "@leasehold/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compileNetwork, type Network, readNetwork, type Subnet } from "./index.ts";

const ip = (text: string) => parseIpv4(text)!;

function networkOf(text: string, revision = 1): Network {
  const read = readNetwork(text);
  if (!read.ok) throw new Error(read.problems.map(formatProblem).join("\n"));
  return compileNetwork(read.document, revision);
}

function option(subnet: Subnet, name: "subnetMask" | "broadcastAddress" | "routers" | "domainName"): unknown {
  const octets = subnet.options.get(optionByName(name).code);
  return octets && decodeOption(name, octets);
}

const NETWORK = networkOf(`
version: 1
defaults:
  lease: { seconds: 3600, heldFactor: 3 }
  options: { domainName: hpc.example, routers: 10.0.0.1 }
subnets:
  - id: direct
    prefix: 10.77.0.0/16
    interface: eth0
    identity: clientId
    authoritative: true
    options: { routers: [10.77.0.1], subnetMask: 255.0.0.0 }
    lease: { seconds: 600 }
    pools:
      - { range: 10.77.254.0-10.77.255.255, for: known }
      - { range: 10.77.0.0-10.77.0.99, lease: { seconds: 60 } }
  - id: relayed
    prefix: 10.78.0.0/24
    relays: [10.1.0.1, 10.1.0.2]
    sharedNetwork: fabric
    pools: [{ range: 10.78.0.9 - 10.78.0.9, allocate: reserved-only }]
  - { id: second, prefix: 10.79.0.0/24, relays: [10.1.0.1], sharedNetwork: fabric }
`);
const [direct, relayed, second] = NETWORK.subnets as [Subnet, Subnet, Subnet];

describe("inheritance", () => {
  test("lease times: pool, else subnet, else defaults, each field for itself", () => {
    expect(direct.lease).toMatchObject({ seconds: 600, heldFactor: 3 });
    expect(relayed.lease).toMatchObject({ seconds: 3600, heldFactor: 3 });
    expect(direct.pools.map(({ lease }) => lease.seconds)).toEqual([60, 600]);
    expect(networkOf("version: 1\nsubnets: [{ id: a, prefix: 10.0.0.0/24 }]").subnets[0]?.lease).toEqual({
      ...{ seconds: 3600, minSeconds: 3600, maxSeconds: 3600, heldFactor: 2, t1: 0.5, t2: 0.875 },
    });
  });

  test("options: the subnet's own over the defaults; mask and broadcast address unless given", () => {
    expect(option(direct, "routers")).toEqual([ip("10.77.0.1")]);
    expect(option(relayed, "routers")).toEqual([ip("10.0.0.1")]);
    expect(option(direct, "domainName")).toBe("hpc.example");
    expect(option(direct, "subnetMask")).toBe(ip("255.0.0.0"));
    expect(option(relayed, "subnetMask")).toBe(ip("255.255.255.0"));
    expect(option(relayed, "broadcastAddress")).toBe(ip("10.78.0.255"));
  });

  test("identity and authority have the careful defaults", () => {
    expect([direct.identity, direct.authoritative]).toEqual(["clientId", true]);
    expect([relayed.identity, relayed.authoritative]).toEqual(["mac", false]);
  });
});

describe("pools", () => {
  test("the network's and the broadcast address are never leasable, nor is a router", () => {
    const [low, high] = direct.pools;
    expect([low?.first, low?.last, low?.size]).toEqual([ip("10.77.0.2"), ip("10.77.0.99"), 98]);
    expect([high?.first, high?.last, high?.size]).toEqual([ip("10.77.254.0"), ip("10.77.255.254"), 511]);
    expect(direct.poolOf(ip("10.77.0.0"))).toBeUndefined();
    expect(direct.poolOf(ip("10.77.255.255"))).toBeUndefined();
  });

  test("are found by address", () => {
    expect(direct.poolOf(ip("10.77.0.99"))?.for).toBe("any");
    expect(direct.poolOf(ip("10.77.0.100"))).toBeUndefined();
    expect(relayed.poolOf(ip("10.78.0.9"))).toMatchObject({
      id: "relayed/10.78.0.9-10.78.0.9",
      allocate: "reserved-only",
    });
  });
});

describe("which subnet", () => {
  test("on the link: by interface, else by an address that the interface has", () => {
    expect(NETWORK.subnetOnLink("eth0", [])).toBe(direct);
    expect(NETWORK.subnetOnLink("eth1", [ip("192.0.2.1"), ip("10.79.0.1")])).toBe(second);
    expect(NETWORK.subnetOnLink("eth1", [ip("192.0.2.1")])).toBeUndefined();
  });

  test("on the link: a subnet that names its interface is on no other one", () => {
    const network = networkOf(`
version: 1
subnets:
  - { id: stated, prefix: 10.0.0.0/24, interface: eth9, relays: [10.9.0.1] }
  - { id: open, prefix: 10.0.1.0/24 }
`);
    expect(network.subnetOnLink("eth0", [ip("10.0.0.2")])).toBeUndefined();
    expect(network.subnetOnLink("eth0", [ip("10.0.0.2"), ip("10.0.1.2")])?.id).toBe("open");
    expect(network.subnetOnLink("eth9", [ip("10.0.1.2")])?.id).toBe("stated");
    // Relays, and clients that renew from there, are another matter.
    expect([network.subnetOfRelay(ip("10.0.0.1"))?.id, network.subnetContaining(ip("10.0.0.5"))?.id]).toEqual(
      ["stated", "stated"],
    );
  });

  test("behind a relay: by the relays named, the first in the document before others, else by giaddr", () => {
    expect(NETWORK.subnetOfRelay(ip("10.1.0.1"))).toBe(relayed);
    expect(NETWORK.subnetOfRelay(ip("10.79.0.254"))).toBe(second);
    expect(NETWORK.subnetOfRelay(ip("10.1.0.3"))).toBeUndefined();
  });

  test("subnets of a shared network are one link", () => {
    expect(second.link).toEqual([second, relayed]);
    expect(direct.link).toEqual([direct]);
  });

  test("by id, and by address for any number of subnets", () => {
    expect(NETWORK.subnet("second")).toBe(second);
    expect(NETWORK.subnet("third")).toBeUndefined();
    const subnets = Array.from(
      { length: 300 },
      (_, i) => `  - { id: s${i}, prefix: 10.${i % 200}.${(i * 7) % 256}.0/25 }`,
    );
    const network = networkOf(["version: 1", "subnets:", ...subnets].join("\n"));
    fc.assert(
      fc.property(fc.integer({ min: 0x09ff_0000, max: 0x0aff_ffff }), (number) => {
        const address = ipv4(number);
        const scanned = network.subnets.find((subnet) => subnet.contains(address));
        expect(network.subnetContaining(address)).toBe(scanned);
      }),
    );
  });
});

test("the server identifier is undefined where each node names its own", () => {
  const withIdentifier = (identifier: string) =>
    networkOf(`version: 1\nsubnets: []\ncluster: { serverIdentifier: ${identifier} }`).serverIdentifier;
  expect(withIdentifier("{ mode: external, address: 10.0.0.9 }")).toEqual({
    mode: "external",
    address: ip("10.0.0.9"),
  });
  expect(withIdentifier("{ mode: per-node }")).toBeUndefined();
});
