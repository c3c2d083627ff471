// `secs` as firmware-seen clients fill it, and that the clients which tests make up fill it so.
import { decode, type Packet } from "@leasehold/protocol";
import { expect, test } from "vitest";
import { LivingClient } from "./chaos/living-client.ts";
import { macOf } from "./chaos/population.ts";
import { FIRMWARE_SECS, type Firmware, firmwareOf, secsOf } from "./firmware-secs.ts";
import { Random } from "./random.ts";

test.each<[Firmware, number[]]>([
  ["dhclient", [0, 4, 12, 28]],
  ["ipxe", [4, 8, 12, 16]],
  ["networkd", [1, 5, 13, 29]],
  ["klibc", [4711, 4715, 4723, 4739]],
  ["edk2ToProxy", [0, 1024, 3072, 7168]],
])("%s, asking at 0, 4, 12, 28 s", (firmware, seen) => {
  expect([0, 4, 12, 28].map((s, tries) => secsOf(firmware, tries, s * 1000))).toEqual(seen);
});

test("the field has two octets", () => {
  expect(secsOf("klibc", 0, 65_000_000)).toBe((4711 + 65_000) & 0xffff);
});

test("living clients are of every firmware, and fill it in so from their first message on", () => {
  const sent: Packet[] = [];
  const medium = {
    toAll: (bytes: Uint8Array) => {
      const decoded = decode(bytes);
      if (decoded.ok) sent.push(decoded.packet);
    },
    toServer: () => {},
    sender: {},
  };
  const habits = {
    ...{ random: new Random(1), retryMs: 60_000, nextMac: () => macOf("pool", 0) },
    ...{ expect: () => {}, forget: () => {} },
  };
  const count = Object.keys(FIRMWARE_SECS).length;
  for (let i = 0; i < count; i++) {
    const client = new LivingClient(macOf("pool", i), medium, habits);
    client.discover();
    client.end();
  }
  expect(sent.map(({ secs }) => secs)).toEqual(
    Array.from({ length: count }, (_, i) => secsOf(firmwareOf(i), 0, 0)),
  );
});
