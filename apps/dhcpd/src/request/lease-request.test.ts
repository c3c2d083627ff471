// From a packet to a request: the link that it came from, who the client is, and whether it is a boot ROM.
import { Inventory } from "@leasehold/inventory";
import { compileNetwork, type NetworkDocument } from "@leasehold/network";
import { describe, expect, test } from "vitest";
import { alice, type Fields, ip, option, packet } from "../../test/wire.ts";
import { identityOf } from "./client.ts";
import { leaseRequestOf } from "./lease-request.ts";
import { linkOf } from "./link.ts";

const DOCUMENT: NetworkDocument = {
  version: 1,
  subnets: [
    { id: "lan", prefix: "10.0.0.0/24", interface: "eth0", sharedNetwork: "fabric" },
    { id: "more", prefix: "10.1.0.0/24", sharedNetwork: "fabric" },
    { id: "far", prefix: "10.2.0.0/24", relays: ["10.9.0.1"] },
    { id: "open", prefix: "10.4.0.0/24" },
    { id: "clients", prefix: "10.3.0.0/24", interface: "eth1", identity: "clientId" },
  ],
};
const network = compileNetwork(DOCUMENT, 1);

describe("RFC 2131 §4.3.1: the link is that of giaddr, else that of the interface", () => {
  const linkBy = (fields: Fields, isBroadcast?: boolean, interfaceName = "eth0", address = "10.0.0.2") => {
    const ingress = { interfaceName, addresses: [ip(address)], isBroadcast };
    return linkOf(packet("REQUEST", alice, fields), ingress, network)?.map(({ id }) => id);
  };

  test("the interface's subnet first, then the others of its shared network", () => {
    expect(linkBy({})).toEqual(["lan", "more"]);
    expect(linkBy({}, true, "eth1")).toEqual(["clients"]);
  });

  test("an interface that no subnet names is known by its address", () => {
    expect(linkBy({}, true, "eth7", "10.4.0.2")).toEqual(["open"]);
  });

  test("but not to be the link of a subnet that names another one", () => {
    expect(linkBy({}, true, "eth7", "10.0.0.2")).toBeUndefined();
    expect(linkBy({}, true, "eth7", "10.1.0.2")).toBeUndefined();
  });

  test("behind a relay that a subnet names, or whose address is in a subnet", () => {
    expect(linkBy({ giaddr: "10.9.0.1" })).toEqual(["far"]);
    expect(linkBy({ giaddr: "10.1.0.1" })).toEqual(["more", "lan"]);
    expect(linkBy({ giaddr: "10.55.0.1" })).toBeUndefined();
  });

  test("a client that renews by unicast through a router is known by its ciaddr", () => {
    expect(linkBy({ ciaddr: "10.2.0.7" }, false)).toEqual(["far"]);
    expect(linkBy({ ciaddr: "10.2.0.7" }, undefined)).toEqual(["far"]);
    expect(linkBy({ ciaddr: "192.168.1.7" }, false)).toEqual(["lan", "more"]);
  });

  test("but a broadcast without a relay is from this very link, whatever the client believes", () => {
    expect(linkBy({ ciaddr: "10.2.0.7" }, true)).toEqual(["lan", "more"]);
  });

  test("a relayed packet is on the relay's link, whatever its ciaddr", () => {
    expect(linkBy({ ciaddr: "10.0.0.7", giaddr: "10.9.0.1" }, false)).toEqual(["far"]);
  });
});

describe("RFC 2131 §4.2: the client's identity", () => {
  const byMac = network.subnet("lan")!;
  const byClientId = network.subnet("clients")!;
  const stated = { options: [option("clientIdentifier", Uint8Array.of(0xff, 1, 2))] };
  const nowhere = { hlen: 0, chaddr: new Uint8Array(0) };
  const zeros = { chaddr: new Uint8Array(6) };

  test.each<[what: string, fields: Fields, mac: string | undefined, clientId: string | undefined]>([
    ["a hardware address", {}, "01020000000001", "01020000000001"],
    ["a hardware address and option 61", stated, "01020000000001", "ff0102"],
    [
      "no hardware address, but option 61 (RFC 4390)",
      { ...nowhere, htype: 32, ...stated },
      "ff0102",
      "ff0102",
    ],
    ["a hardware address of zeros, but option 61", { ...zeros, ...stated }, "ff0102", "ff0102"],
    ["neither", nowhere, undefined, undefined],
    ["a hardware address of zeros only", zeros, undefined, undefined],
    ["an empty option 61", { options: [[61, new Uint8Array(0)]] }, "01020000000001", "01020000000001"],
  ])("%s: in a subnet that goes by mac, and in one that goes by clientId", (_, fields, mac, clientId) => {
    const one = packet("DISCOVER", alice, fields);
    expect([identityOf(one, byMac), identityOf(one, byClientId)]).toEqual([mac, clientId]);
  });

  test("one hardware address under two hardware types is two clients", () => {
    expect(identityOf(packet("DISCOVER", alice, { htype: 6 }), byMac)).toBe("06020000000001");
  });
});

describe("what else a request says", () => {
  const requestBy = (fields: Fields = {}) =>
    leaseRequestOf(packet("REQUEST", alice, fields), 3, {
      ...{ network, inventory: new Inventory(), link: network.subnets },
      ...{ client: alice.client, intent: "this-attempt" },
    });

  test("fields and options by their names", () => {
    const fields = { ciaddr: "10.0.0.7", requested: "10.0.0.8", server: "10.0.0.2", xid: 0xbeef };
    expect(requestBy(fields)).toEqual({
      ...{ type: 3, client: alice.client, mac: alice.mac, link: network.subnets, xid: 0xbeef },
      ...{ ciaddr: 0, misplacedCiaddr: ip("10.0.0.7") },
      ...{ requestedAddress: ip("10.0.0.8"), serverIdentifier: ip("10.0.0.2") },
      ...{ hostname: undefined, relay: undefined, firmware: false, intent: "this-attempt", classes: [] },
      isIpv6OnlyCapable: false,
    });
    expect(requestBy({ ciaddr: "10.0.0.7" })).toMatchObject({ ciaddr: ip("10.0.0.7") });
    expect(requestBy()).toMatchObject({
      ciaddr: 0,
      requestedAddress: undefined,
      serverIdentifier: undefined,
    });
  });

  test.each([
    ["node-1", "node-1"],
    ["node_1.hpc.example", "node_1.hpc.example"],
    ["", undefined],
    ["-node", undefined],
    ["a b", undefined],
    ["<script>", undefined],
    ["a".repeat(253), "a".repeat(253)],
    ["a".repeat(254), undefined],
  ])("a hostname that could be one: %j", (sent, hostname) => {
    expect(requestBy({ options: [[12, Buffer.from(sent)]] }).hostname).toBe(hostname);
  });

  test("the relay, and what it said in option 82", () => {
    const agent: Fields["options"] = [[82, Uint8Array.of(1, 2, 3, 4)]];
    const giaddr = "10.9.0.1";
    expect(requestBy({ giaddr }).relay).toEqual({ giaddr });
    expect(requestBy({ giaddr, options: agent }).relay).toEqual({ giaddr, agent: "01020304" });
    // RFC 3046 §2.1: from a client itself it is not to be believed.
    expect(requestBy({ options: agent }).relay).toBeUndefined();
  });

  test.each<[what: string, code: number, value: Buffer, isFirmware: boolean]>([
    ["PXE", 60, Buffer.from("PXEClient:Arch:00007:UNDI:003016"), true],
    ["UEFI HTTP boot", 60, Buffer.from("HTTPClient:Arch:00016:UNDI:003001"), true],
    ["iPXE, with RFC 3004's lengths", 77, Buffer.from("\x04iPXE"), true],
    ["iPXE, as it really is", 77, Buffer.from("iPXE"), true],
    ["an operating system", 60, Buffer.from("dhcpcd-9.4.1:Linux-6.1.0"), false],
    ["a class that only ends so", 60, Buffer.from("NoPXEClient"), false],
    ["another user class", 77, Buffer.from("\x05myapp"), false],
    ["an empty vendor class", 60, Buffer.alloc(0), false],
  ])("a boot ROM is one by its classes: %s", (_, code, value, isFirmware) => {
    expect(requestBy({ options: [[code, value]] }).firmware).toBe(isFirmware);
  });
});
