import { describe, expect, test } from "vitest";
import { warningsOf } from "../../test/problems.ts";

describe("field report 14: routers that are not on the clients' link", () => {
  const text = (subnet: string, more = "") =>
    `version: 1\n${more}\nsubnets:\n  - { id: lan, prefix: 10.0.0.0/24, ${subnet} }\n  - { id: other, prefix: 10.0.1.0/24, sharedNetwork: s }`;

  test("are told with their place", () => {
    const options = "options: { routers: [10.0.0.1, 10.9.0.1] }";
    expect(warningsOf(text(options, "sharedNetworks: [{ id: s }]"))).toEqual([
      "network.yaml:4:68: subnets[0].options.routers[1]: found 10.9.0.1, which is not in 10.0.0.0/24, expected a router on the clients' own link: they cannot reach another one.",
    ]);
  });

  test.each([
    ["one in another subnet of the link", "sharedNetwork: s, options: { routers: [10.0.1.1] }"],
    ["where the mask is another one", "options: { routers: [10.0.1.1], subnetMask: 255.255.0.0 }"],
  ])("not %s", (_, subnet) => {
    expect(warningsOf(text(subnet, "sharedNetworks: [{ id: s }]"))).toEqual([]);
  });
});
