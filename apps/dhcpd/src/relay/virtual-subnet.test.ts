import { describe, expect, test } from "vitest";
import { alice, packet } from "../../test/wire.ts";
import { vpnOf } from "./relay-information.ts";
import { isInVpn, readVpn, writeVpn } from "./virtual-subnet.ts";

const name = (text: string) => Uint8Array.of(0, ...Buffer.from(text, "latin1"));

describe("RFC 6607 §3.5", () => {
  test.each([
    ["a name", name("red"), { kind: "vpn", id: "red" }],
    ["a VPN-ID of 7 octets", Uint8Array.of(1, 0, 0, 12, 0, 0, 0, 1), { kind: "vpn", id: "0x00000c00000001" }],
    ["the global VPN", Uint8Array.of(255), { kind: "global" }],
    ["all VPNs (RFC 6926 §6.2.9)", Uint8Array.of(254), { kind: "all" }],
    ["a name that ends with NUL", name("red\0"), { kind: "unknown" }],
    ["a name of nothing", name(""), { kind: "unknown" }],
    ["a VPN-ID that is too short", Uint8Array.of(1, 0, 0, 12), { kind: "unknown" }],
    ["the global VPN with more behind it", Uint8Array.of(255, 1), { kind: "unknown" }],
    ["an unassigned type", Uint8Array.of(7, 1), { kind: "unknown" }],
    ["nothing", new Uint8Array(0), { kind: "unknown" }],
  ])("%s", (_, octets, choice) => {
    expect(readVpn(octets)).toEqual(choice);
  });

  test("what is written is read again", () => {
    for (const id of ["red", "0x00000c00000001"]) expect(readVpn(writeVpn(id))).toEqual({ kind: "vpn", id });
  });
});

test("a subnet is in its own VPN, and without one in the global VPN", () => {
  expect(isInVpn("red", { kind: "vpn", id: "red" })).toBe(true);
  expect(isInVpn("Red", { kind: "vpn", id: "red" })).toBe(false);
  expect(isInVpn("0x00000C00000001", { kind: "vpn", id: "0x00000c00000001" })).toBe(true);
  expect(isInVpn(undefined, { kind: "vpn", id: "red" })).toBe(false);
  expect([isInVpn(undefined, { kind: "global" }), isInVpn("red", { kind: "global" })]).toEqual([true, false]);
  expect([isInVpn(undefined, { kind: "all" }), isInVpn("red", { kind: "all" })]).toEqual([true, true]);
  expect(isInVpn(undefined, { kind: "unknown" })).toBe(false);
});

describe("the VPN of a client", () => {
  const client = [221, name("blue")] as const;
  const relay = [82, Uint8Array.of(151, 4, ...name("red"))] as const;
  const vpn = (...options: (readonly [number, Uint8Array])[]) =>
    vpnOf(packet("DISCOVER", alice, { options }));

  test("nothing is said", () => expect(vpn()).toBeUndefined());
  test("by the client", () => expect(vpn(client)).toEqual({ kind: "vpn", id: "blue" }));
  test("the relay agent has precedence (RFC 6607 §7.3)", () => {
    expect(vpn(client, relay)).toEqual({ kind: "vpn", id: "red" });
  });
  test("sub-option 151 counts without 152 (RFC 6607 §7)", () => {
    expect(vpn(relay)).toEqual({ kind: "vpn", id: "red" });
  });
  test("no client is in all VPNs", () => {
    expect(vpn([221, Uint8Array.of(254)])).toEqual({ kind: "unknown" });
  });
});
