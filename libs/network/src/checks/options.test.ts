import { describe, test } from "vitest";
import { problemsOf } from "../../test/client.ts";
import { holds, told } from "../../test/problems.ts";

describe("options", () => {
  const defined = (...definitions: string[]) => told(`optionDefinitions: [${definitions.join(", ")}]`);

  test.each<readonly [definitions: string[], message: string]>([
    [
      ["{ name: routers, code: 224, type: ips }"],
      'name: found "routers", expected a name that is not IANA\'s (option 3).',
    ],
    [
      ["{ name: mine, code: 3, type: ips }"],
      "code: found 3, expected a code that IANA has not given away (it is routers).",
    ],
    [
      ["{ name: a, code: 224, type: text }", "{ name: a, code: 225, type: text }"],
      'optionDefinitions[1].name: found "a" again, expected a name of its own (optionDefinitions[0] has this one).',
    ],
    [
      ["{ name: a, code: 1, type: text, enterprise: 9 }", "{ name: b, code: 1, type: text, enterprise: 9 }"],
      "optionDefinitions[1].code: found 1 again, expected a code of its own",
    ],
    [
      ["{ name: a, code: 9, type: text, enterprise: 9, vendorClass: PXEClient }"],
      "enterprise: found vendorClass and enterprise together, expected one of them: a sub-option of 43, or of 125.",
    ],
    [
      ["{ name: a, code: 224, type: string }"],
      'type: found "string", expected one of ip, ips, ipPairs, routes,',
    ],
    [["{ name: a, code: 255, type: text }"], "code: found 255, expected a whole number from 1 to 254."],
    [
      ["{ name: A b, code: 224, type: text }"],
      "expected a name of letters and digits that begins with a small letter.",
    ],
  ])("%s", (definitions, message) => holds(defined(...definitions), [message]));

  test("of the document have values of their type, at every level", () => {
    const problems = problemsOf(`version: 1
optionDefinitions: [{ name: siteTag, code: 224, type: text }, { name: vlan, code: 225, type: uint16 }]
defaults: { options: { siteTag: 5 } }
sharedNetworks: [{ id: s, options: { vlan: high } }]
subnets:
  - id: a
    prefix: 10.0.0.0/24
    sharedNetwork: s
    options: { sitetag: x, vlan: 7 }
    pools: [{ range: 10.0.0.1-10.0.0.9, options: { vlan: 70000 } }]
    reservations: [{ mac: 02:00:00:00:00:01, options: { siteTags: x } }]
classes: [{ id: c, match: { arch: 0 }, options: { routers: x, siteTag: "" } }]
`);
    holds(problems, [
      "3:24: defaults.options.siteTag: found 5, expected text.",
      '4:38: sharedNetworks[0].options.vlan: found "high", expected a whole number from 0 to 65535.',
      '9:16: subnets[0].options.sitetag: found an unknown key "sitetag", expected a known name (see the reference). Write "siteTag"',
      "10:52: subnets[0].pools[0].options.vlan: found 70000, expected",
      '11:57: subnets[0].reservations[0].options.siteTags: found an unknown key "siteTags"',
      '12:51: classes[0].options.routers: found "x", expected a list of IPv4 addresses.',
      '12:63: classes[0].options.siteTag: found "", expected text.',
    ]);
  });

  test("a sub-option's length is one octet", () => {
    const text = `version: 1
optionDefinitions: [{ name: long, code: 1, type: text, enterprise: 9 }]
defaults: { options: { long: ${"x".repeat(251)} } }
subnets: []`;
    holds(problemsOf(text), [
      "defaults.options.long: found 251 octets, expected a sub-option of 250 octets at most.",
    ]);
  });
});
