import { describe, test } from "vitest";
import { problemsOf } from "../../test/client.ts";
import { holds } from "../../test/problems.ts";

describe("reservations", () => {
  const of = (...reservations: string[]) =>
    problemsOf(
      [
        "version: 1",
        "classes: [{ id: gpu, match: { arch: 7 } }]",
        "subnets:",
        "  - id: lan",
        "    prefix: 10.0.0.0/24",
        "    reservations:",
        ...reservations.map((one) => `      - { ${one} }`),
      ].join("\n"),
    );
  const mac = "mac: 02:00:00:00:00:01";

  test.each<readonly [reservations: string[], message: string]>([
    [[""], "reservations[0]: found {}, expected whom it is for: one of mac,"],
    [
      ["address: 10.0.0.9"],
      'reservations[0]: found {"address":"10.0.0.9"}, expected whom it is for: one of mac,',
    ],
    [[`${mac}, class: gpu`], "class: found mac and class together, expected only one of mac, clientId,"],
    [
      [mac, "mac: 02-00-00-00-00-01, address: 10.0.0.9"],
      "reservations[1].mac: found a client that has a reservation in this subnet, expected one client once (subnets[0].reservations[0] is for this one).",
    ],
    [
      [`${mac}, address: 10.0.0.9`, 'clientId: "01ff", address: 10.0.0.9'],
      "reservations[1].address: found 10.0.0.9 again, expected an address of its own (subnets[0].reservations[0] has this one).",
    ],
    [
      [`${mac}, address: 10.0.1.9`],
      "address: found 10.0.1.9, expected an address of the subnet's prefix 10.0.0.0/24.",
    ],
    [[`${mac}, address: 10.0.0.255`], "expected neither the network's nor the broadcast address."],
    [["class: gpus"], 'class: found "gpus", expected the id of a class. Write "gpu" if that was meant.'],
    [["clientId: hello"], 'expected the octets of option 61 in hex ("01a4bf0138ee65", in quotes).'],
    [["uuid: 4c4c4544"], "expected a UUID like"],
    [[`${mac}, hostname: a b`], "expected a host name of letters, digits, - and dots."],
    [[`${mac}, server: { file: ${"x".repeat(128)} }`], "expected text of 1 to 127 octets."],
  ])("%s", (reservations, message) => holds(of(...reservations), [message]));
});
