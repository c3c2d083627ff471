import { encodeRelayAgent } from "@leasehold/protocol";
import { describe, expect, test } from "vitest";
import { alice, type Fields, ip, option, packet } from "../../test/wire.ts";
import {
  isSelectedByOverride,
  linkAddressOf,
  relayInformationOf,
  relayPortOf,
  serverIdentifierFor,
} from "./relay-information.ts";

const ascii = (text: string) => Buffer.from(text, "latin1");

function relayed(subOptions: Record<number, Uint8Array>, fields: Fields = {}) {
  const agent = encodeRelayAgent(
    new Map(Object.entries(subOptions).map(([code, octets]) => [+code, octets])),
  );
  const options = [...(fields.options ?? []), [82, agent] as const];
  return packet("DISCOVER", alice, { giaddr: "10.9.0.1", ...fields, options });
}

const told = (subOptions: Record<number, Uint8Array>) => relayInformationOf(relayed(subOptions));

describe("sub-options", () => {
  test("circuit-id and remote-id are octets that nobody looks into (RFC 3046 §3.1, §3.2)", () => {
    const relay = told({ 1: Uint8Array.of(0, 4, 255), 2: ascii("modem") });
    expect([...relay.circuitId!]).toEqual([0, 4, 255]);
    expect([...relay.remoteId!]).toEqual([...ascii("modem")]);
  });

  test("subscriber-id is text of one character at least (RFC 3993 §3.1)", () => {
    expect(told({ 6: ascii("house 7") }).subscriberId).toBe("house 7");
    expect(told({ 6: ascii("") }).subscriberId).toBeUndefined();
  });

  test("of flags the first octet counts, however many there are (RFC 5010 §5)", () => {
    expect(told({ 10: Uint8Array.of(0x80, 1, 2) }).flags).toBe(0x80);
    expect(told({ 10: Uint8Array.of(0x80) }).isClientUnicast).toBe(true);
    expect(told({ 10: Uint8Array.of(0) }).isClientUnicast).toBe(false);
    expect(told({ 1: ascii("x") }).isClientUnicast).toBeUndefined();
  });

  test("relay-id has one octet at least (RFC 6925 §4)", () => {
    expect([...told({ 12: ascii("r1") }).relayId!]).toEqual([...ascii("r1")]);
    expect(told({ 12: ascii("") }).relayId).toBeUndefined();
  });

  test("an address has 4 octets, or is none", () => {
    const wrong = Uint8Array.of(10, 0, 0);
    expect(told({ 5: wrong }).linkSelection).toBeUndefined();
    expect(told({ 11: wrong }).serverIdentifierOverride).toBeUndefined();
    expect(told({ 5: Uint8Array.of(200, 0, 0, 1) }).linkSelection).toBe(ip("200.0.0.1"));
  });

  test("without option 82, and with a broken one, nothing is said", () => {
    const none = relayInformationOf(packet("DISCOVER", alice));
    const broken = relayInformationOf(packet("DISCOVER", alice, { options: [[82, Uint8Array.of(5, 9, 1)]] }));
    for (const relay of [none, broken]) {
      expect([relay.linkSelection, relay.circuitId, relay.flags, relay.hasSourcePort]).toEqual([
        undefined,
        undefined,
        undefined,
        false,
      ]);
    }
    expect(relayInformationOf(packet("REQUEST", alice))).toBe(none);
  });
});

describe("the address that names the subnet", () => {
  const link = { 5: Uint8Array.of(10, 5, 0, 0) };
  const selection = option("subnetSelection", ip("10.18.0.0"));

  test("link selection before subnet selection (RFC 3527 §3)", () => {
    expect(linkAddressOf(relayed(link, { options: [selection] }))).toBe(ip("10.5.0.0"));
  });

  test("subnet selection before giaddr (RFC 3011 §2)", () => {
    expect(linkAddressOf(relayed({}, { options: [selection] }))).toBe(ip("10.18.0.0"));
  });

  test("giaddr, and 0 for who is on the link itself", () => {
    expect(linkAddressOf(relayed({ 1: ascii("x") }))).toBe(ip("10.9.0.1"));
    expect(linkAddressOf(packet("DISCOVER", alice))).toBe(0);
  });

  test("a selection that is no address is not followed", () => {
    const short: Fields = { options: [[118, Uint8Array.of(10)]] };
    expect(linkAddressOf(relayed({ 5: Uint8Array.of(1) }, short))).toBe(ip("10.9.0.1"));
  });
});

describe("server identifier override (RFC 5107 §4)", () => {
  const override = { 11: Uint8Array.of(10, 9, 0, 1) };

  test("is option 54 of the reply", () => {
    expect(serverIdentifierFor(relayed(override), ip("10.0.0.2"))).toBe(ip("10.9.0.1"));
    expect(serverIdentifierFor(relayed({}), ip("10.0.0.2"))).toBe(ip("10.0.0.2"));
  });

  test("a REQUEST that names it is for us", () => {
    expect(isSelectedByOverride(relayed(override, { server: "10.9.0.1" }))).toBe(true);
    expect(isSelectedByOverride(relayed(override, { server: "10.0.0.99" }))).toBe(false);
    expect(isSelectedByOverride(relayed(override))).toBe(false);
    expect(isSelectedByOverride(relayed({}))).toBe(false);
  });
});

test("the reply goes to the relay agent's port 67, or to its own one if it says so (RFC 8357 §5.1)", () => {
  expect(relayPortOf(relayed({ 19: new Uint8Array(0) }), 40_067)).toBe(40_067);
  expect(relayPortOf(relayed({ 1: ascii("x") }), 40_067)).toBe(67);
});
