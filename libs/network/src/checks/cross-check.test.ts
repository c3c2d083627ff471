// What takes two fields elsewhere; and many mistakes at once.
import { describe, expect, test } from "vitest";
import { problemsOf } from "../../test/client.ts";
import { holds, inSubnet, type Rule, told } from "../../test/problems.ts";

describe("lease times", () => {
  test.each<Rule>([
    ["{ seconds: 60, minSeconds: 90 }", "minSeconds: found 90, expected at most seconds (60)."],
    ["{ seconds: 60, maxSeconds: 30 }", "seconds: found 60, expected at most maxSeconds (30)."],
    ["{ minSeconds: 60, maxSeconds: 30 }", "minSeconds: found 60, expected at most maxSeconds (30)."],
    ["{ t1: 0.9, t2: 0.8 }", "t1: found 0.9, expected less than t2 (0.8)."],
    ["{ t1: 1 }", "t1: found 1, expected a number between 0 and 1."],
    ["{ seconds: 60, minSeconds: 60, maxSeconds: 60, t1: 0.1, t2: 0.2 }"],
  ])("%s", (lease, ...messages) => holds(inSubnet(`lease: ${lease}`), messages));
});

describe("shared networks", () => {
  test("are there once, and for a subnet", () => {
    const document = (entries: string) =>
      problemsOf(
        `version: 1\nsharedNetworks: [${entries}]\nsubnets: [{ id: a, prefix: 10.0.0.0/24, sharedNetwork: fabric }]`,
      );
    expect(document("{ id: fabric }")).toEqual([]);
    holds(document("{ id: fabrik }"), [
      'sharedNetworks[0].id: found "fabrik", expected the sharedNetwork of a subnet. Write "fabric" if that was meant.',
    ]);
    holds(document("{ id: fabric }, { id: fabric }"), ['sharedNetworks[1].id: found "fabric" again']);
  });
});

describe("the rest", () => {
  test.each<Rule>([
    ["bootp: maybe", 'bootp: found "maybe", expected one of off, static, dynamic.'],
    ["conflictProbe: { waitMs: 1 }", "conflictProbe.waitMs: found 1, expected milliseconds from 10 to 5000."],
    [
      "limits: { client: { packets: 0, perSeconds: 1 } }",
      "limits.client.packets: found 0, expected a whole number",
    ],
    ["leasequery: { peers: [relay] }", 'leasequery.peers[0]: found "relay", expected an IPv4 address'],
    ["ignore: [{ mac: 02:00:00:00:00:01, macPrefix: a4:bf }]", "macPrefix: found mac and macPrefix together"],
    ["ignore: [{ macPrefix: a4b }]", "expected the first octets of hardware addresses, like a4:bf:01."],
    ["compatibility: strictly", "compatibility: found"],
  ])("%s", (line, ...messages) => holds(told(line), messages));
});

test("ten mistakes of ten kinds are ten problems, each with its place and what to do", () => {
  const text = `version: 1
optionDefinitions:
  - { name: siteTag, code: 12, type: text }
classes:
  - { id: arm, match: { all: [{ known: true }, { known: false }] } }
  - { id: uefi, match: { class: uefi } }
defaults:
  lease: { seconds: 60, minSeconds: 600 }
  options: { siteTag: [1], ruoters: 10.0.0.1 }
subnets:
  - id: lan
    prefix: 10.0.0.0/24
    pools:
      - { range: 10.0.0.10-10.0.0.99, exclude: [10.0.0.100], for: amr }
    reservations:
      - { mac: 02:00:00:00:00:01, address: 10.0.1.1 }
      - { circuitId: ge-1, mac: 02:00:00:00:00:02 }
`;
  expect(problemsOf(text)).toEqual([
    "3:22: optionDefinitions[0].code: found 12, expected a code that IANA has not given away (it is hostName). Set hostName in options, or take a code from 224 to 254, which are the site's own.",
    "5:16: classes[0].match: found what nobody can match: known: true together with known: false, expected a matcher that some client can match. Use any instead of all if one of them is enough.",
    '6:26: classes[1].match.class: found "uefi", the class itself, expected a class that stands before this one.',
    "8:25: defaults.lease.minSeconds: found 600, expected at most seconds (60).",
    "9:14: defaults.options.siteTag: found [1], expected text.",
    '9:28: defaults.options.ruoters: found an unknown key "ruoters", expected a known name (see the reference). Write "routers" if that was meant.',
    "14:49: subnets[0].pools[0].exclude[0]: found 10.0.0.100, expected addresses of the pool's range.",
    '14:62: subnets[0].pools[0].for: found "amr", expected any, known, unknown or the id of a class. Write "arm" if that was meant.',
    "16:35: subnets[0].reservations[0].address: found 10.0.1.1, expected an address of the subnet's prefix 10.0.0.0/24.",
    "17:28: subnets[0].reservations[1].mac: found circuitId and mac together, expected only one of mac, clientId, uuid, circuitId, remoteId or class.",
  ]);
});
