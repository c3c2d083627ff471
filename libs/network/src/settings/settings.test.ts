import { decodeOption, optionByName } from "@leasehold/protocol";
import { describe, expect, test } from "vitest";
import { clientOf, ip, networkOf, octets } from "../../test/client.ts";
import { explainSettings, type Settings } from "../index.ts";

const network = networkOf(`
version: 1
optionDefinitions:
  - { name: siteTag, code: 224, type: text }
  - { name: menuPrompt, vendorClass: PXEClient, code: 10, type: text }
  - { name: menuItem, vendorClass: PXEClient, code: 9, type: bytes }
  - { name: armPrompt, vendorClass: "PXEClient:Arch:00011", code: 10, type: text }
  - { name: modemFile, enterprise: 4491, code: 2, type: text }
  - { name: phoneVlan, enterprise: 9, code: 1, type: uint16 }
defaults:
  lease: { seconds: 3600, maxSeconds: 7200 }
  options: { domainName: hpc.example, siteTag: all, menuPrompt: Press F8, armPrompt: Arm }
  server: { nextServer: 10.0.0.2 }
sharedNetworks:
  - { id: fabric, authoritative: true, unknown: quarantine, lease: { heldFactor: 3 }, options: { siteTag: fabric }, server: { name: boot } }
subnets:
  - id: lan
    prefix: 10.0.0.0/24
    sharedNetwork: fabric
    options: { routers: 10.0.0.1, phoneVlan: 7, vendorIdentifyingVendorOptions: [{ enterprise: 9, options: { 2: "0x0102" } }] }
    pools:
      - { range: 10.0.0.10-10.0.0.19, lease: { seconds: 600, t1: 0.25 }, options: { routers: 10.0.0.254 } }
    reservations:
      - { mac: 02:00:00:00:00:05, address: 10.0.0.5, options: { siteTag: five, menuItem: "0x0505" }, server: { file: five } }
      - { mac: 02:00:00:00:00:06, address: 10.0.0.6 }
  - { id: plain, prefix: 10.0.1.0/24, vss: red, bootp: static, rapidCommit: true, unknown: ignore, interface: eth9 }
  - { id: second, prefix: 10.0.2.0/24, sharedNetwork: fabric, unknown: lease }
classes:
  - { id: first, match: { macPrefix: "02" }, options: { siteTag: first, domainName: one.example }, lease: { minSeconds: 60 } }
  - { id: later, match: { arch: 7 }, options: { siteTag: later, modemFile: cm.bin }, lease: { seconds: 1200 }, server: { file: uefi } }
`);
const lan = network.subnet("lan")!;
const pool = lan.pools[0]!;

function text(settings: Settings, code: number): string | undefined {
  const found = settings.options.get(code);
  return found && new TextDecoder().decode(found);
}

const uefi = [93, Uint8Array.of(0, 7)] as const;
const both = network.classesOf(clientOf({ options: [uefi] }));

describe("what counts", () => {
  test("the nearer level, each option and each field by itself", () => {
    const outside = network.settingsFor(lan, undefined, [], undefined);
    expect([text(outside, 224), text(outside, 15)]).toEqual(["fabric", "hpc.example"]);
    expect(outside.lease).toMatchObject({ seconds: 3600, minSeconds: 3600, maxSeconds: 7200, heldFactor: 3 });
    expect(outside.server).toEqual({ nextServer: ip("10.0.0.2"), name: "boot" });
    const inside = network.settingsFor(lan, pool, [], undefined);
    expect(decodeOption("routers", inside.options.get(3)!)).toEqual([ip("10.0.0.254")]);
    expect(inside.lease).toMatchObject({
      seconds: 600,
      maxSeconds: 7200,
      heldFactor: 3,
      t1: 0.25,
      t2: 0.875,
    });
  });

  test("classes over the pool, the later class over the earlier one", () => {
    const settings = network.settingsFor(lan, pool, both, undefined);
    expect([text(settings, 224), text(settings, 15)]).toEqual(["later", "one.example"]);
    expect(settings.lease).toMatchObject({ seconds: 1200, minSeconds: 60 });
    expect(settings.server).toEqual({ nextServer: ip("10.0.0.2"), name: "boot", file: "uefi" });
  });

  test("a reservation over all, and what it does not say stays", () => {
    const reservation = lan.reservedAt(ip("10.0.0.5"));
    const settings = network.settingsFor(lan, undefined, both, reservation);
    expect([text(settings, 224), text(settings, 15)]).toEqual(["five", "one.example"]);
    expect(settings.server.file).toBe("five");
    const bare = network.settingsFor(lan, undefined, both, lan.reservedAt(ip("10.0.0.6")));
    expect(bare).toBe(network.settingsFor(lan, undefined, both, undefined));
  });

  test("subnet, else shared network, else defaults, for how clients are treated", () => {
    const second = network.subnet("second")!;
    const plain = network.subnet("plain")!;
    expect([lan.unknown, second.unknown, plain.unknown]).toEqual(["quarantine", "lease", "ignore"]);
    expect([lan.authoritative, plain.authoritative]).toEqual([true, false]);
    expect([lan.bootp, plain.bootp, lan.rapidCommit, plain.rapidCommit]).toEqual([
      "off",
      "static",
      false,
      true,
    ]);
    expect([lan.link, second.link, plain.link]).toEqual([[lan, second], [second, lan], [plain]]);
  });
});

describe("options of vendors", () => {
  const pxe = (vendorClass: string) => network.classesOf(clientOf({ options: [[60, octets(vendorClass)]] }));
  const option43 = (vendorClass: string, reservation = lan.reservedAt(ip("10.0.0.99"))) =>
    text(network.settingsFor(lan, undefined, pxe(vendorClass), reservation), 43);

  test("43 is for the vendor class that the client states, the longest one that fits", () => {
    expect(option43("PXEClient:Arch:00000")).toBe("\u000a\u0008Press F8\ufffd");
    expect(option43("PXEClient:Arch:00011:UNDI")).toBe("\u000a\u0003Arm\ufffd");
    expect(option43("MSFT 5.0")).toBeUndefined();
    expect(network.settingsFor(lan, undefined, [], undefined).options.has(43)).toBe(false);
  });

  test("43 of a nearer level comes beside that of a farther one, by rising code", () => {
    const settings = network.settingsFor(lan, undefined, pxe("PXEClient"), lan.reservedAt(ip("10.0.0.5")));
    expect([...settings.options.get(43)!.subarray(0, 6)]).toEqual([9, 2, 5, 5, 10, 8]);
  });

  test("125 has every enterprise, whether by name or as a whole", () => {
    const read = (settings: Settings) =>
      decodeOption("vendorIdentifyingVendorOptions", settings.options.get(125)!)?.map(
        ({ enterprise, options }) => [enterprise, [...options].map(([code, value]) => [code, ...value])],
      );
    expect(read(network.settingsFor(lan, undefined, [], undefined))).toEqual([
      [
        9,
        [
          [1, 0, 7],
          [2, 1, 2],
        ],
      ],
    ]);
    expect(read(network.settingsFor(lan, undefined, both, undefined))).toEqual([
      [
        9,
        [
          [1, 0, 7],
          [2, 1, 2],
        ],
      ],
      [4491, [[2, ...octets("cm.bin")]]],
    ]);
  });
});

describe("settings are made once", () => {
  test("for each place and set of classes", () => {
    expect(network.settingsFor(lan, pool, both, undefined)).toBe(
      network.settingsFor(lan, pool, both, undefined),
    );
    expect(network.settingsFor(lan, pool, both, undefined)).not.toBe(
      network.settingsFor(lan, pool, [], undefined),
    );
    expect(network.settingsFor(lan, pool, [], undefined)).not.toBe(
      network.settingsFor(lan, undefined, [], undefined),
    );
    expect(network.settingsFor(lan, undefined, [], undefined).options).toEqual(lan.options);
  });

  test("and a subnet of an earlier document still has its own", () => {
    const next = networkOf("version: 1\nsubnets: []", 2);
    expect(text(next.settingsFor(lan, pool, [], undefined), 224)).toBe("fabric");
  });

  test("in rising order of the codes: the mask stands before the routers", () => {
    const codes = [...network.settingsFor(lan, pool, both, undefined).options.keys()];
    expect(codes).toEqual(codes.toSorted((a, b) => a - b));
    expect(codes).toContain(optionByName("subnetMask").code);
  });
});

test("what a VPN's relay says finds the VPN's subnet only", () => {
  const plain = network.subnet("plain");
  expect(network.subnetOfVss("red", ip("10.0.1.1"))).toBe(plain);
  expect(network.subnetOfVss("red", ip("10.0.0.1"))).toBeUndefined();
  expect(network.subnetOfVss(undefined, ip("10.0.1.1"))).toBeUndefined();
  expect(network.subnetOfVss(undefined, ip("10.0.0.1"))).toBe(lan);
  expect([network.subnetOfRelay(ip("10.0.0.1")), network.subnetOfRelay(ip("10.0.1.1"))]).toEqual([
    lan,
    undefined,
  ]);
  expect([network.subnetOnLink("eth9", []), network.subnetContaining(ip("10.0.1.1"))]).toEqual([
    plain,
    plain,
  ]);
});

describe("explained", () => {
  const told = (reservation = lan.reservedAt(ip("10.0.0.99"))) =>
    explainSettings(
      lan,
      pool,
      network.classesOf(clientOf({ options: [uefi, [60, octets("PXEClient")]] })),
      reservation,
    );

  test("every option says to whom it is sent", () => {
    const sending = Object.fromEntries(told().options.map((one) => [one.name, one.sending]));
    expect(sending).toMatchObject({ routers: "asked", menuPrompt: "asked", siteTag: "for-client" });
  });

  test("every option says its name, its value and where it stands", () => {
    expect(told().options.map(({ sending, sendingFrom, ...rest }) => rest)).toEqual([
      { name: "subnetMask", code: 1, value: "255.255.255.0", from: "prefix 10.0.0.0/24" },
      { name: "routers", code: 3, value: "10.0.0.254", from: "pool lan/10.0.0.10-10.0.0.19" },
      { name: "domainName", code: 15, value: "one.example", from: "class first" },
      { name: "broadcastAddress", code: 28, value: "10.0.0.255", from: "prefix 10.0.0.0/24" },
      { name: "menuPrompt", code: 43, subOption: 10, value: "Press F8", from: "defaults" },
      { name: "phoneVlan", code: 125, subOption: 1, value: "7", from: "subnet lan" },
      {
        ...{ name: "vendorIdentifyingVendorOptions.9.2", code: 125, subOption: 2 },
        ...{ value: "0x0102", from: "subnet lan" },
      },
      { name: "modemFile", code: 125, subOption: 2, value: "cm.bin", from: "class later" },
      { name: "siteTag", code: 224, value: "later", from: "class later" },
    ]);
  });

  test("so do the lease times and the boot fields", () => {
    expect(told().lease).toEqual([
      { name: "seconds", value: "1200", from: "class later" },
      { name: "minSeconds", value: "60", from: "class first" },
      { name: "maxSeconds", value: "7200", from: "defaults" },
      { name: "heldFactor", value: "3", from: "shared network fabric" },
      { name: "t1", value: "0.25", from: "pool lan/10.0.0.10-10.0.0.19" },
      { name: "t2", value: "0.875", from: "built in" },
    ]);
    expect(told(lan.reservedAt(ip("10.0.0.5"))).server).toEqual([
      { name: "nextServer", value: "10.0.0.2", from: "defaults" },
      { name: "name", value: "boot", from: "shared network fabric" },
      { name: "file", value: "five", from: "reservation lan/mac=02:00:00:00:00:05" },
    ]);
  });
});
