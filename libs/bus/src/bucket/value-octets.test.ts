// Field report 7: a long value is stored, as gzip; what is short stays readable; nothing that grows is taken.
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { octetsOf, readValue } from "./value-octets.ts";

const reservations = (count: number) =>
  Array.from({ length: count }, (_, i) => ({
    mac: `02:00:00:${[16, 8, 0].map((shift) => ((i >> shift) & 255).toString(16).padStart(2, "0")).join(":")}`,
    address: `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`,
    hostname: `node${i}`,
  }));

test("field report 7: 20,000 reservations fit into a message of NATS's default, and come back", () => {
  const value = { version: 1, subnets: [{ id: "compute", reservations: reservations(20_000) }] };
  expect(JSON.stringify(value).length).toBeGreaterThan(1_400_000);
  const octets = octetsOf(value);
  expect(octets.length).toBeLessThan(400_000);
  expect(readValue(octets)).toEqual(value);
});

test("field report 7: what older nodes could store is stored as they read it", () => {
  const value = { reservations: reservations(8_000) };
  expect(new TextDecoder().decode(octetsOf(value))).toBe(JSON.stringify(value));
});

test("field report 7: what grows beyond measure, and broken gzip, are no JSON", () => {
  const bomb = gzipSync(Buffer.alloc(80 * 1024 * 1024, 0x20));
  const cut = gzipSync("{}").subarray(0, 12);
  for (const data of [bomb, cut]) expect(readValue(data)).toBe("gzip that cannot be read");
});
