import { describe, expect, test } from "vitest";
import { bmc, node, row } from "../../test/smd-shapes.ts";
import { readingOf } from "./smd-rows.ts";

const NAMES = { hostname: "nid{04d}", hostnameOther: "{id}" };
const read = (rows: readonly unknown[], components: readonly unknown[] = []) =>
  readingOf(rows, components, NAMES);

/** The only host of these rows. */
function only(rows: readonly unknown[], components: readonly unknown[] = []) {
  const { hosts } = read(rows, components);
  expect(hosts).toHaveLength(1);
  return hosts[0]!;
}

test("a node with three interfaces and its BMC are two hosts", () => {
  const { hosts, rows } = read(
    [
      row("02:00:5e:00:10:03", "x1c0s2b0n0", ["172.20.0.21"]),
      row("02:00:5e:00:10:01", "x1c0s2b0n0", ["10.41.0.21"]),
      row("02:00:5e:00:10:0b", "x1c0s2b0", ["10.42.0.21"]),
      row("02:00:5e:00:10:02", "x1c0s2b0n0", ["192.0.2.21"]),
    ],
    [bmc("x1c0s2b0"), node("x1c0s2b0n0", 21, { SubRole: "Worker" })],
  );
  expect(rows).toBe(4);
  expect(hosts.map(({ id, attributes }) => [id, attributes])).toEqual([
    [
      "x1c0s2b0n0",
      { hostname: "nid0021", type: "Node", role: "Compute", subRole: "Worker", nid: 21, arch: "X86" },
    ],
    ["x1c0s2b0", { hostname: "x1c0s2b0", type: "NodeBMC" }],
  ]);
  expect(hosts[0]?.interfaces.map(({ mac }) => mac.slice(-2))).toEqual(["01", "02", "03"]);
});

test("one interface in two networks has both addresses, with the networks' names", () => {
  const IPAddresses = [{ IPAddress: "10.43.1.10", Network: "HMN" }, { IPAddress: "10.43.3.20" }];
  const host = only([row("02:00:5e:00:10:01", "x1c0s0b0n0", [], { IPAddresses })]);
  expect(host.interfaces[0]?.addresses).toEqual([
    { address: "10.43.1.10", network: "HMN" },
    { address: "10.43.3.20" },
  ]);
});

describe("spelling", () => {
  test.each(["02005E00AB01", "02-00-5e-00-ab-01", "02:00:5E:00:AB:01", "0200.5e00.ab01"])("MAC %s", (mac) => {
    expect(only([row(mac, "x1c0s0b0n0", [])]).interfaces[0]?.mac).toBe("02:00:5e:00:ab:01");
  });

  test("two spellings of one MAC are one interface", () => {
    const rows = [
      row("02005e00ab01", "x1c0s0b0n0", ["10.0.0.1"]),
      row("02:00:5E:00:AB:01", "x1c0s0b0n0", ["10.0.0.2"]),
    ];
    expect(only(rows).interfaces).toHaveLength(1);
    expect(only(rows).interfaces[0]?.addresses).toHaveLength(2);
  });

  test("an address is given once, without what surrounds it", () => {
    const host = only([row("02:00:5e:00:10:01", "x1c0s0b0n0", [" 10.0.0.1", "10.0.0.1"])]);
    expect(host.interfaces[0]?.addresses).toEqual([{ address: "10.0.0.1" }]);
  });
});

describe("what may be missing", () => {
  test("a row without a component is a host of its own, named by its MAC", () => {
    const host = only([row("02:00:5e:00:10:01", "", ["10.0.0.9"])]);
    expect(host).toMatchObject({ id: "mac-02005e001001", attributes: {}, isDescribed: false });
    expect(host.interfaces[0]?.addresses).toEqual([{ address: "10.0.0.9" }]);
  });

  test("a component that SMD does not describe still has its addresses", () => {
    const host = only([row("02:00:5e:00:10:01", "x9c0s0b0n0", ["10.0.0.9"])], [node("x1c0s0b0n0", 1)]);
    expect(host).toMatchObject({ id: "x9c0s0b0n0", attributes: {}, isDescribed: false });
  });

  test("no addresses at all", () => {
    expect(only([row("02:00:5e:00:10:01", "x1c0s0b0n0", [])]).interfaces[0]?.addresses).toEqual([]);
    const bare = { MACAddress: "02:00:5e:00:10:01" };
    expect(only([bare])).toMatchObject({
      id: "mac-02005e001001",
      interfaces: [{ addresses: [], problems: [] }],
    });
    expect(read([])).toEqual({ hosts: [], rows: 0, unusable: [] });
  });

  test.each([[["172.16.0.10", "2001:db8::1"]], [["2001:db8::1", "172.16.0.10"]]])(
    "IPv6 is left to others: %j",
    (addresses) => {
      const [one] = only([row("02:00:5e:00:10:01", "x1c0s0b0n0", addresses)]).interfaces;
      expect(one).toMatchObject({ addresses: [{ address: "172.16.0.10" }], problems: [] });
    },
  );
});

describe("what cannot be believed", () => {
  test.each(["10.0.0.300", "10.0.0", "", "node1", "0.0.0.0", "127.0.0.1", "255.255.255.255", "10.0.0.1/24"])(
    "address %j",
    (address) => {
      const [one] = only([row("02:00:5e:00:10:01", "x1c0s0b0n0", ["10.0.0.1", address])]).interfaces;
      expect(one?.problems).toEqual([
        {
          path: "EthernetInterfaces[02005e001001].IPAddresses[1]",
          found: JSON.stringify(address),
          expected: "the IPv4 address of a host",
        },
      ]);
    },
  );

  test.each(["", "unknown", "02:00:5e:00:10", "00:00:00:00:00:00", "01:00:5e:00:10:01"])("MAC %j", (mac) => {
    const host = only([row(mac, "x1c0s0b0n0", ["10.0.0.1"], { ID: "r1" })]);
    expect(host.interfaces).toEqual([]);
    expect(host.unreadable).toMatchObject([{ path: "EthernetInterfaces[r1].MACAddress" }]);
  });

  test("a component's name that no key can hold", () => {
    const host = only([row("02:00:5e:00:10:01", "rack 3/node > 1", ["10.0.0.1"])]);
    expect(host.id).toBe("mac-02005e001001");
    expect(host.interfaces[0]?.problems).toMatchObject([{ found: '"rack 3/node > 1"' }]);
  });

  test("rows of no host are reported, and cost the others nothing", () => {
    const reading = read([null, 7, { ID: "z" }, row("02:00:5e:00:10:01", "x1c0s0b0n0", [])]);
    expect(reading.hosts).toHaveLength(1);
    expect(reading.unusable.map(({ path }) => path)).toEqual([
      "EthernetInterfaces[?].MACAddress",
      "EthernetInterfaces[?].MACAddress",
      "EthernetInterfaces[z].MACAddress",
    ]);
  });
});
