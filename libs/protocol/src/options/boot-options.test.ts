// Options inside options: relay agents, PXE, iPXE, and machine identifiers.
import { expect, test } from "vitest";
import {
  DiscoveryControl,
  decodeIpxe,
  decodePxe,
  decodeRelayAgent,
  encodeIpxe,
  encodePxe,
  encodeRelayAgent,
  IpxeSubOption,
  machineUuids,
  type PxeOptions,
  parseIpv4,
  parseUuid,
  RelaySubOption,
} from "../index.ts";

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));

test("relay agent: sub-options by code, the first of two counts, a lie means none (RFC 3046 §2.0)", () => {
  const found = decodeRelayAgent(hex("01 02 6531  05 04 0a020000  13 00  01 01 ff"));
  expect([...found.keys()]).toEqual([1, 5, 19]);
  expect(found.get(RelaySubOption.circuitId)).toEqual(hex("6531"));
  expect(decodeRelayAgent(hex("01 02 6531 05 09 0a")).size).toBe(0);
  expect(decodeRelayAgent(hex("")).size).toBe(0);
});

test("relay agent: PAD and END are codes like others", () => {
  expect([...decodeRelayAgent(hex("00 01 07 ff 01 08")).keys()]).toEqual([0, 255]);
});

test("relay agent: what was read can be written", () => {
  const octets = hex("01 02 6531 97 05 0062 6c7565");
  expect(encodeRelayAgent(decodeRelayAgent(octets))).toEqual(octets);
  expect(() => encodeRelayAgent(new Map([[1, new Uint8Array(256)]]))).toThrow(RangeError);
});

const PXE: PxeOptions = {
  discoveryControl: DiscoveryControl.SKIP_DISCOVERY,
  multicastAddress: parseIpv4("239.0.0.1")!,
  bootServers: [
    { type: 0x8000, addresses: [parseIpv4("10.77.0.2")!] },
    { type: 1, addresses: [] },
  ],
  bootMenu: [
    { type: 0x8000, description: "iPXE" },
    { type: 0, description: "disk" },
  ],
  menuPrompt: { timeout: 5, prompt: "Press F8" },
  bootItem: { type: 0x8000, layer: 0 },
};

test("PXE: sub-options of option 43, with END (PXE 2.1 table 2-1)", () => {
  const octets = encodePxe(PXE);
  expect(octets).toEqual(
    hex(
      `06 01 08  07 04 ef000001  08 0a 8000 01 0a4d0002 0001 00
       09 0e 8000 04 69505845 0000 04 6469736b  0a 09 05 5072657373204638  47 04 80000000  ff`.replaceAll(
        "\n",
        "",
      ),
    ),
  );
  expect(decodePxe(octets)).toEqual(PXE);
});

test("PXE: unknown and broken sub-options are left out, PAD and END hold", () => {
  expect(decodePxe(hex("00 06 01 0b 00 40 01 ff 47 02 8000 ff 06 01 00"))).toEqual({ discoveryControl: 11 });
  expect(decodePxe(hex("06 09 0b"))).toBeUndefined();
  expect(decodePxe(hex("08 04 8000 02 0a"))).toEqual({});
  expect(() => encodePxe({ discoveryControl: 300 })).toThrow(/discoveryControl \(6\)/);
  expect(() => encodePxe({ menuPrompt: { timeout: 1, prompt: "x".repeat(300) } })).toThrow(RangeError);
});

test("iPXE: features of option 175", () => {
  const found = decodeIpxe(hex("b1 05 018086100e 13 01 01 24 01 01"))!;
  expect(found.has(IpxeSubOption.http)).toBe(true);
  expect(found.get(IpxeSubOption.busId)).toHaveLength(5);
  expect(encodeIpxe(new Map([[IpxeSubOption.noProxyDhcp, Uint8Array.of(1)]]))).toEqual(hex("b0 01 01 ff"));
});

test("machine identifier: the UUID in both orders (RFC 4578 §2.3)", () => {
  const identifier = hex("44454c4c 4300 1030 8052 b4c04f4e3132");
  expect(machineUuids({ type: 0, identifier })).toEqual([
    "44454c4c-4300-1030-8052-b4c04f4e3132",
    "4c4c4544-0043-3010-8052-b4c04f4e3132",
  ]);
  expect(machineUuids({ type: 1, identifier })).toEqual([]);
  expect(machineUuids({ type: 0, identifier: identifier.subarray(1) })).toEqual([]);
  expect(parseUuid("44454C4C-4300-1030-8052-b4c04f4e3132")).toEqual(identifier);
  expect(parseUuid("44454c4c")).toBeUndefined();
});
