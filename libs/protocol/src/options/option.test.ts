// The option table, and a value of each shape to and from its octets.
import { expect, test } from "vitest";
import {
  decodeOption,
  encodeOption,
  OPTIONS,
  OptionError,
  type OptionName,
  optionByCode,
  optionByName,
  parseIpv4,
} from "../index.ts";
import { SHAPES } from "./shapes/index.ts";

const ip = (text: string): number => parseIpv4(text)!;
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

test("codes and names are unique, in order, and every row says where it is from", () => {
  const codes = OPTIONS.map(([code]) => code);
  expect(codes).toEqual([...new Set(codes)].toSorted((a, b) => a - b));
  expect(new Set(OPTIONS.map(([, name]) => name)).size).toBe(OPTIONS.length);
  for (const [code, name, shape, definedIn] of OPTIONS) {
    expect(code > 0 && code < 255).toBe(true);
    expect(name).toMatch(/^[a-z][A-Za-z0-9]*$/);
    expect(SHAPES[shape]).toBeDefined();
    expect(definedIn).toMatch(/RFC \d+|IANA|MS-DHCPE|draft-/);
  }
});

test("every option of RFC 2132 is there, with its section", () => {
  const missing = Array.from({ length: 76 }, (_, at) => at + 1).filter((code) => !optionByCode(code));
  expect(missing).toEqual([]);
  // 62 and 63 are RFC 2242.
  const rfc2132 = OPTIONS.filter(([code]) => code <= 76 && code !== 62 && code !== 63);
  for (const [, , , definedIn] of rfc2132) expect(definedIn).toMatch(/^RFC 2132 §\d+\.\d+$/);
});

test("definitions are found by name and by code", () => {
  expect(optionByName("routers")).toMatchObject({ code: 3, name: "routers", definedIn: "RFC 2132 §3.5" });
  expect(optionByCode(3)).toBe(optionByName("routers"));
  expect([optionByName("nothing"), optionByCode(84), optionByCode(0), optionByCode(999)]).toEqual(
    new Array(4).fill(undefined),
  );
});

const values: readonly (readonly [name: OptionName, value: unknown, octets: string])[] = [
  ["subnetMask", ip("255.255.0.0"), "ffff0000"],
  ["timeOffset", -3600, "fffff1f0"],
  ["routers", [ip("10.0.0.1"), ip("10.0.0.2")], "0a000001 0a000002"],
  ["policyFilter", [[ip("10.1.0.0"), ip("255.255.0.0")]], "0a010000 ffff0000"],
  ["mobileIpHomeAgents", [], ""],
  ["hostName", "nid000001", "6e6964303030303031"],
  ["domainName", "bücher.example", "62c3bc636865722e6578616d706c65"],
  ["interfaceMtu", 9000, "2328"],
  ["ipForwarding", true, "01"],
  ["pathMtuPlateauTable", [68, 1500], "004405dc"],
  ["defaultIpTimeToLive", 64, "40"],
  ["vendorSpecificInformation", hex("0102"), "0102"],
  ["ipAddressLeaseTime", 0xffffffff, "ffffffff"],
  ["parameterRequestList", [1, 3, 121], "010379"],
  ["clientIdentifier", hex("ff0001"), "ff0001"],
  ["userClass", ["compute", "gpu"], "07636f6d70757465 03677075"],
  ["slpDirectoryAgents", { mandatory: true, agents: [ip("10.0.0.9")] }, "01 0a000009"],
  ["slpServiceScope", { mandatory: false, scopes: "" }, "00"],
  ["rapidCommit", true, ""],
  ["relayAgentInformation", new Map([[1, hex("07")]]), "01 01 07"],
  [
    "authentication",
    {
      protocol: 1,
      algorithm: 1,
      replayMethod: 0,
      replayDetection: hex("0000000000000001"),
      information: hex("aa"),
    },
    "010100 0000000000000001 aa",
  ],
  ["clientSystemArchitecture", [7, 0], "0007 0000"],
  ["clientNetworkInterface", { type: 1, majorVersion: 3, minorVersion: 16 }, "010310"],
  ["clientMachineIdentifier", { type: 0, identifier: hex("0102") }, "00 0102"],
  ["sipServers", { names: ["sip.example"] }, "00 03736970 076578616d706c65 00"],
  ["sipServers", { addresses: [ip("10.0.0.5")] }, "01 0a000005"],
  [
    "classlessStaticRoutes",
    [
      { destination: { address: 0, length: 0 }, router: ip("10.0.0.1") },
      { destination: { address: ip("10.128.0.0"), length: 9 }, router: ip("0.0.0.0") },
      { destination: { address: ip("10.1.2.3"), length: 32 }, router: ip("10.0.0.2") },
    ],
    "00 0a000001  09 0a80 00000000  20 0a010203 0a000002",
  ],
  ["vendorIdentifyingVendorClass", [{ enterprise: 343, classes: [hex("61")] }], "00000157 02 0161"],
  [
    "vendorIdentifyingVendorOptions",
    [
      { enterprise: 3561, options: new Map([[1, hex("0a")]]) },
      { enterprise: 9, options: new Map() },
    ],
    "00000de9 03 01010a  00000009 00",
  ],
  ["lostServer", "lost.example", "046c6f7374 076578616d706c65 00"],
  ["sztpRedirect", ["https://a", "b"], "0009 68747470733a2f2f61 0001 62"],
  ["statusCode", { code: 0, message: "ok" }, "00 6f6b"],
  ["pcpServers", [[ip("10.0.0.1")], [ip("10.0.0.2"), ip("10.0.0.3")]], "04 0a000001 08 0a000002 0a000003"],
  ["portParameters", { offset: 4, psidLength: 6, psid: 0x8000 }, "0406 8000"],
  ["etherboot", new Map([[0xb0, hex("01")]]), "b00101 ff"],
  [
    "sixRd",
    {
      ipv4MaskLength: 8,
      prefixLength: 32,
      prefix: hex("20010db8000000000000000000000000"),
      borderRelays: [ip("10.0.0.1")],
    },
    "0820 20010db8000000000000000000000000 0a000001",
  ],
  ["subnetAllocation", { flags: 1, options: new Map([[1, hex("08")]]) }, "01 010108"],
  ["virtualSubnetSelection", { type: 0, identifier: hex("626c7565") }, "00 626c7565"],
];

test.each(values)("%s: %j", (name, value, octets) => {
  expect(encodeOption(name, value)).toEqual(hex(octets));
  expect(decodeOption(name, hex(octets))).toEqual(value);
});

test.each([
  ["routers", "10.0.0.1", "0a000001"],
  ["routers", ["10.0.0.1"], "0a000001"],
  ["staticRoutes", [["10.1.0.0", "10.0.0.1"]], "0a010000 0a000001"],
  ["classlessStaticRoutes", { destination: "10.1.0.0/16", router: "10.0.0.1" }, "10 0a01 0a000001"],
  ["vendorSpecificInformation", "0x0a:0b", "0a0b"],
  ["relayAgentInformation", { 1: "07" }, "01 01 07"],
  ["userClass", "iPXE", "04 69505845"],
  ["domainSearch", "example", "07 6578616d706c65 00"],
  ["clientSystemArchitecture", 11, "000b"],
] as const)("an operator may write %s as %j", (name, value, octets) => {
  expect(encodeOption(name as OptionName, value)).toEqual(hex(octets));
});

test.each([
  ["routers", "10.0.0.300", 'option routers (3): found "10.0.0.300", expected a list of IPv4 addresses'],
  ["routers", [], "option routers (3): found [], expected a list of IPv4 addresses"],
  ["subnetMask", -1, "option subnetMask (1): found -1, expected an IPv4 address"],
  ["interfaceMtu", 70000, "option interfaceMtu (26): found 70000, expected a whole number from 0 to 65535"],
  ["hostName", "", 'option hostName (12): found "", expected text'],
  ["hostName", 7, "option hostName (12): found 7, expected text"],
  ["ipForwarding", 1, "option ipForwarding (19): found 1, expected true or false"],
  ["rapidCommit", false, "option rapidCommit (80): found false, expected true"],
  ["domainSearch", ["a..b"], 'option domainSearch (119): found ["a..b"], expected a list of domain names'],
  [
    "vendorSpecificInformation",
    "xyz",
    'option vendorSpecificInformation (43): found "xyz", expected octets in hex ("0x0a1b")',
  ],
  [
    "classlessStaticRoutes",
    [{ destination: "10.1.0.1/16", router: "10.0.0.1" }],
    'option classlessStaticRoutes (121): found [{"destination":"10.1.0.1/16","router":"10.0.0.1"}], expected a list of routes { destination: "10.1.0.0/16", router: "10.0.0.1" }',
  ],
  ["nothing", 1, "option nothing: found no such option, expected a name of the option table"],
] as const)("%s: %j is refused in words", (name, value, words) => {
  expect(() => encodeOption(name as OptionName, value)).toThrow(words);
  expect(() => encodeOption(name as OptionName, value)).toThrow(OptionError);
});

test.each([
  ["routers", ""],
  ["routers", "0a0000"],
  ["policyFilter", "0a000001"],
  ["interfaceMtu", "05"],
  ["ipForwarding", "02"],
  ["rapidCommit", "01"],
  ["userClass", ""],
  ["relayAgentInformation", "01 05 07"],
  ["relayAgentInformation", "01"],
  ["classlessStaticRoutes", "21 0a000000 00 0a000001"],
  ["classlessStaticRoutes", "10 0a01 0a0000"],
  ["clientNetworkInterface", "0103"],
  ["clientNetworkInterface", "01031000"],
  ["vendorIdentifyingVendorClass", "00000157 09 0161"],
  ["vendorIdentifyingVendorOptions", "00000157 02 01"],
  ["sipServers", "02 0a000001"],
  ["sipServers", ""],
  ["sztpRedirect", "0009 61"],
  ["clientFqdn", "0000"],
] as const)("%s: %j has no value", (name, octets) => {
  expect(decodeOption(name, hex(octets))).toBeUndefined();
});

test("text: trailing NULs go (RFC 2132 §2), and octets that are no UTF-8 are Latin-1", () => {
  expect(decodeOption("hostName", hex("6e69640000"))).toBe("nid");
  expect(decodeOption("hostName", hex("fc62"))).toBe("üb");
  expect(decodeOption("hostName", hex(""))).toBeUndefined();
});

test("user class: with lengths (RFC 3004 §4), or as bare text (iPXE, Windows)", () => {
  expect(decodeOption("userClass", hex("04 69505845"))).toEqual(["iPXE"]);
  expect(decodeOption("userClass", hex("69505845"))).toEqual(["iPXE"]);
  expect(decodeOption("userClass", hex("04 69505845 00"))).toEqual(["\u0004iPXE"]);
});

test("routes: bits beyond the mask are dropped (RFC 3442)", () => {
  expect(decodeOption("classlessStaticRoutes", hex("09 0aff 0a000001"))).toEqual([
    { destination: { address: ip("10.128.0.0"), length: 9 }, router: ip("10.0.0.1") },
  ]);
  expect(decodeOption("microsoftClasslessStaticRoutes", hex("00 0a000001"))).toHaveLength(1);
});

test("client FQDN: in wire form complete or partial, or in ASCII (RFC 4702 §2.3)", () => {
  const wire = { flags: 5, name: "nid.example", complete: true };
  expect(decodeOption("clientFqdn", hex("05 0000 03 6e6964 07 6578616d706c65 00"))).toEqual(wire);
  expect(decodeOption("clientFqdn", hex("04 0000 03 6e6964"))).toEqual({
    flags: 4,
    name: "nid",
    complete: false,
  });
  expect(decodeOption("clientFqdn", hex("01 0000 6e69642e6578"))).toEqual({
    flags: 1,
    name: "nid.ex",
    complete: true,
  });
  expect(decodeOption("clientFqdn", hex("04 0000"))).toEqual({ flags: 4, name: "", complete: false });
  expect(encodeOption("clientFqdn", wire)).toEqual(hex("05 ffff 03 6e6964 07 6578616d706c65 00"));
  expect(encodeOption("clientFqdn", { flags: 4, name: "nid", complete: false })).toEqual(
    hex("04 ffff 03 6e6964"),
  );
});
