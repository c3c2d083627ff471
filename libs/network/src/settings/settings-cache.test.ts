import { expect, test } from "vitest";
import { clientOf, networkOf } from "../../test/client.ts";
import type { DocumentReservation } from "../network.ts";

/** More than are kept. */
const MANY = 1500;
const address = (n: number) => `10.0.${4 + (n >> 8)}.${n & 255}`;
const hex = (n: number) => n.toString(16).padStart(4, "0").replace(/../, "$&:");
const reservations = Array.from(
  { length: MANY },
  (_, n) =>
    `      - { mac: "02:00:00:00:${hex(n)}", address: ${address(n)}, options: { configurationFile: "${n}" } }`,
);
const network = networkOf(`
version: 1
subnets:
  - id: lan
    prefix: 10.0.0.0/16
    pools: [{ range: 10.0.1.0-10.0.1.9, options: { rootPath: / } }]
    reservations:
${reservations.join("\n")}
classes:
  - { id: uefi, match: { arch: 7 }, options: { pathPrefix: /efi/ } }
`);
const lan = network.subnet("lan")!;
const of = (n: number) => lan.reservationFor(clientOf({ mac: `02:00:00:00:${hex(n)}` }))!;
const fileOf = (reservation: DocumentReservation) => {
  const settings = network.settingsFor(lan, undefined, [], reservation);
  return new TextDecoder().decode(settings.options.get(209));
};

test("settings of a reservation are made once, for its place and its classes", () => {
  const uefi = network.classesOf(clientOf({ options: [[93, Uint8Array.of(0, 7)]] }));
  const first = network.settingsFor(lan, undefined, [], of(5));
  expect(network.settingsFor(lan, undefined, [], of(5))).toBe(first);
  const inPool = network.settingsFor(lan, lan.pools[0], [], of(5));
  expect([first.options.has(17), inPool.options.has(17)]).toEqual([false, true]);
  const ofClass = network.settingsFor(lan, undefined, uefi, of(5));
  expect([first.options.has(210), ofClass.options.has(210), ofClass.options.has(17)]).toEqual([
    false,
    true,
    false,
  ]);
});

test("so many are not kept as there are reservations, and each client has its own", () => {
  const first = network.settingsFor(lan, undefined, [], of(0));
  for (let n = 1; n < MANY; n++) expect(fileOf(of(n))).toBe(`${n}`);
  const again = network.settingsFor(lan, undefined, [], of(0));
  expect(again).not.toBe(first);
  expect(again).toEqual(first);
});
