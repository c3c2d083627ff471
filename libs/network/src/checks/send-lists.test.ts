// Field report 8: alwaysSend and neverSend of a document, and what is told of names that do not belong there.
import { describe, expect, test } from "vitest";
import { clientOf, networkOf } from "../../test/client.ts";
import { holds, told } from "../../test/problems.ts";
import { diffNetworks } from "../diff.ts";
import { readNetwork } from "../read-network.ts";

describe("field report 8: which option is sent to whom", () => {
  const network = networkOf(`
version: 1
optionDefinitions: [{ name: siteTag, code: 224, type: text }]
defaults:
  options: { domainName: a.example, ntpServers: 10.0.0.9, tftpServerName: boot, rootPath: / }
  alwaysSend: [tftpServerName, siteTag]
  neverSend: [ntpServers, rootPath]
subnets:
  - id: lan
    prefix: 10.0.0.0/24
    alwaysSend: [ntpServers]
    neverSend: [tftpServerName]
    pools: [{ range: 10.0.0.10-10.0.0.19, neverSend: [subnetMask] }]
    reservations:
      - { mac: 02:00:00:00:00:05, address: 10.0.0.5, options: { configurationFile: five }, alwaysSend: [tftpServerName] }
classes:
  - { id: c, match: { mac: 02:00:00:00:00:01 }, options: { pathPrefix: /c/, rootPath: /c } }
`);
  const lan = network.subnet("lan")!;

  test("the nearest level that says something counts, and never is never", () => {
    const { unasked, never, options } = network.settingsFor(lan, undefined, [], undefined);
    expect([...unasked].sort((a, b) => a - b)).toEqual([1, 42, 224]);
    expect([...never]).toEqual([66, 17]);
    expect([...options.keys()]).toEqual([1, 15, 28, 42]);
  });

  test("what a reservation or a class sets is sent unasked, unless it is never sent", () => {
    const five = lan.reservationFor(clientOf({ mac: "02:00:00:00:00:05" }));
    const reserved = network.settingsFor(lan, undefined, [], five);
    expect([...reserved.unasked].sort((a, b) => a - b)).toEqual([1, 42, 66, 209, 224]);
    expect(reserved.options.has(66)).toBe(true);
    const classes = network.classesOf(clientOf({ mac: "02:00:00:00:00:01" }));
    const ofClass = network.settingsFor(lan, undefined, classes, undefined);
    expect([...ofClass.unasked].sort((a, b) => a - b)).toEqual([1, 42, 210, 224]);
    expect(ofClass.options.has(17)).toBe(false);
  });

  test("the mask is sent unasked, unless a level says that it is never sent", () => {
    const { unasked, options } = network.settingsFor(lan, lan.pools[0], [], undefined);
    expect([unasked.has(1), options.has(1)]).toEqual([false, false]);
  });

  test("diff tells of them", () => {
    const subnets = [{ id: "lan", prefix: "10.0.0.0/24" }];
    const before = { version: 1 as const, subnets };
    const after = { ...before, subnets: [{ ...subnets[0]!, alwaysSend: ["rootPath"] }] };
    expect(diffNetworks(before, after)).toEqual(['+ subnets[lan].alwaysSend: ["rootPath"]']);
  });
});

test.each([
  [
    "alwaysSend: [routrs]",
    '3:26: defaults.alwaysSend[0]: found "routrs", expected the name of an option (see the reference). Write "routers" if that was meant.',
  ],
  ["neverSend: [siteTag]", "Define it in optionDefinitions, or correct its name."],
  [
    "alwaysSend: [serverIdentifier]",
    'found "serverIdentifier", expected an option that the document can set. Remove it: the server itself decides about option 54.',
  ],
  ["neverSend: [messageType]", "the server itself decides about option 53."],
  ["neverSend: [ipAddressLeaseTime]", "the server itself decides about option 51."],
  ["neverSend: [relayAgentInformation]", "the server itself decides about option 82."],
  ["alwaysSend: [ipv6OnlyPreferred]", "option 108 is an answer to clients that send or name it."],
  [
    "alwaysSend: [rootPath], neverSend: [rootPath]",
    'defaults.neverSend[0]: found "rootPath" again, expected a name in one of the two lists (defaults.alwaysSend[0] has this one).',
  ],
  [
    "alwaysSend: [rootPath, rootPath]",
    'defaults.alwaysSend[1]: found "rootPath" again, expected a name once',
  ],
  ["alwaysSend: rootPath", 'defaults.alwaysSend: found "rootPath", expected a list of option names.'],
  [
    "alwaysSend: [66]",
    'defaults.alwaysSend[0]: found 66, expected the name of an option; 66 is "tftpServerName".',
  ],
])("%s", (lists, message) => {
  holds(told(`defaults: { ${lists} }`), [message]);
});

test("a sub-option is sent with all of its option", () => {
  const line = "optionDefinitions: [{ name: menu, vendorClass: PXEClient, code: 9, type: bytes }]";
  holds(told(`${line}\ndefaults: { alwaysSend: [menu] }`), [
    'found "menu", expected an option, and not a sub-option. Write "vendorSpecificInformation": option 43 is sent with all of its sub-options.',
  ]);
});

test.each(["defaults: { neverSend: [x9x] }", "classes: [{ id: c, match: { arch: 7 }, neverSend: [x9x] }]"])(
  "they are checked at every level: %s",
  (line) => holds(told(line), ['found "x9x"']),
);

test("they may stand at every level", () => {
  const both = "alwaysSend: [rootPath], neverSend: [routers]";
  const read = readNetwork(`
version: 1
defaults: { ${both} }
sharedNetworks: [{ id: s, ${both} }]
subnets:
  - id: lan
    prefix: 10.0.0.0/24
    sharedNetwork: s
    ${both.replace(", neverSend", "\n    neverSend")}
    pools: [{ range: 10.0.0.10-10.0.0.19, ${both} }]
    reservations: [{ mac: 02:00:00:00:00:05, ${both} }]
classes: [{ id: c, match: { arch: 7 }, ${both} }]
`);
  expect(read.ok ? [] : read.problems).toEqual([]);
});
