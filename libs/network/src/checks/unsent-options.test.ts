import { describe, expect, test } from "vitest";
import { warningsOf } from "../../test/problems.ts";

describe("field report 8: what is said of sending an option, and nothing comes of", () => {
  const text = (defaults: string, subnet: string, more = "") =>
    `version: 1\ndefaults: { ${defaults} }\n${more}\nsubnets:\n  - { id: lan, prefix: 10.0.0.0/24, ${subnet} }`;
  const menu = "optionDefinitions: [{ name: menu, vendorClass: PXEClient, code: 9, type: bytes }]";

  test("a name in alwaysSend that has no value anywhere", () => {
    expect(warningsOf(text("alwaysSend: [rootPath]", "authoritative: true"))).toEqual([
      'network.yaml:2:26: defaults.alwaysSend[0]: found "rootPath", which has no value anywhere in this document, expected an option that some options: sets, as nothing is sent of this one.',
    ]);
  });

  test.each([
    ["of a level nearer to the client", "alwaysSend: [rootPath]", "options: { rootPath: / }", ""],
    ["that the server knows", "alwaysSend: [subnetMask, hostName]", "authoritative: true", ""],
    [
      "of sub-options",
      "alwaysSend: [vendorSpecificInformation]",
      "authoritative: true",
      `${menu}\nclasses: [{ id: c, match: { vendorClass: PXEClient }, options: { menu: "0x00" } }]`,
    ],
  ])("not one %s", (_, defaults, subnet, more) => {
    expect(warningsOf(text(defaults, subnet, more))).toEqual([]);
  });

  test("a value that a level farther away never sends", () => {
    const reservation = "{ mac: 02:00:00:00:00:01, options: { rootPath: / } }";
    const never = text("neverSend: [rootPath]", `reservations: [${reservation}]`);
    expect(warningsOf(never)).toEqual([
      "network.yaml:5:89: subnets[0].reservations[0].options.rootPath: found a value that is never sent (defaults.neverSend[0]), expected an option that may be sent to those for whom it is set. Write alwaysSend: [rootPath] beside these options if it is meant for them, or remove one of the two.",
    ]);
    expect(
      warningsOf(text("neverSend: [rootPath]", `alwaysSend: [rootPath], reservations: [${reservation}]`)),
    ).toEqual([]);
    const ofClass = "classes: [{ id: c, match: { arch: 7 }, options: { rootPath: / } }]";
    expect(warningsOf(text("neverSend: [rootPath]", "authoritative: true", ofClass))).toHaveLength(1);
    expect(warningsOf(text("neverSend: [rootPath]", "alwaysSend: [rootPath]", ofClass))).toEqual([]);
  });
});
