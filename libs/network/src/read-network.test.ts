import { formatProblem } from "@leasehold/document";
import { describe, expect, test } from "vitest";
import { checkNetwork, readNetwork } from "./index.ts";

const GOOD = `
version: 1
cluster: { serverIdentifier: { address: 10.77.0.2, mode: floating } }
defaults:
  lease: { seconds: 3600 }
  options: { domainNameServers: [10.77.0.2], domainName: hpc.example }
  identity: mac
subnets:
  - id: compute
    prefix: 10.77.0.0/16
    interface: eth0
    sharedNetwork: fabric-a
    authoritative: true
    options: { routers: [10.77.0.1] }
    pools:
      - range: 10.77.16.0-10.77.31.255
        for: unknown
        allocate: dynamic
        lease: { seconds: 300 }
`;

/** One line a problem, without the file: `line: path: found …`. */
function problemsOf(text: string): string[] {
  const read = readNetwork(text);
  return read.ok ? [] : read.problems.map(formatProblem);
}

/** The problems of a document with these subnets. */
function inSubnets(...subnets: string[]): string[] {
  return problemsOf(["version: 1", "subnets:", ...subnets.map((subnet) => `  - ${subnet}`)].join("\n"));
}

describe("a good document", () => {
  test("is read as it was written, from YAML, from JSON and from a value", () => {
    const read = readNetwork(GOOD);
    if (!read.ok) throw new Error(read.problems.map(formatProblem).join("\n"));
    expect(read.document.subnets[0]?.pools?.[0]).toEqual({
      range: "10.77.16.0-10.77.31.255",
      for: "unknown",
      allocate: "dynamic",
      lease: { seconds: 300 },
    });
    expect(readNetwork(JSON.stringify(read.document))).toEqual(read);
    expect(checkNetwork(JSON.parse(JSON.stringify(read.document)))).toEqual(read);
  });

  test("needs no more than a version and subnets", () => {
    expect(inSubnets("{ id: a, prefix: 10.0.0.0/24 }")).toEqual([]);
    expect(problemsOf("version: 1\nsubnets: []")).toEqual([]);
  });

  test("may use anchors, and mistakes behind an alias have a line", () => {
    const text =
      "version: 1\ndefaults: { lease: &l { seconds: 1 } }\nsubnets: [{ id: a, prefix: 10.0.0.0/24, lease: *l }]";
    expect(problemsOf(text)).toEqual([
      "2:25: defaults.lease.seconds: found 1, expected whole seconds from 4 to 31536000 (a year).",
      "2:25: subnets[0].lease.seconds: found 1, expected whole seconds from 4 to 31536000 (a year).",
    ]);
  });
});

test("ten mistakes are ten problems, each with its line", () => {
  const text = `version: 1
subnet: []
defaults: { identity: mca, lease: { seconds: 0 } }
subnets:
  - id: a
    prefix: 10.77.0.9/16
    options: { routers: [10.77.0.1, gateway], ntpServer: 10.77.0.3 }
    pools:
      - { range: 10.77.9.0-10.77.8.0 }
      - { range: 10.78.0.0-10.78.0.9, for: gpu }
  - id: a
    prefix: 10.77.5.0/24
`;
  expect(problemsOf(text)).toEqual([
    '2:1: subnet: found an unknown key "subnet", expected one of version, compatibility, cluster, optionDefinitions, defaults, sharedNetworks, subnets, classes, ignore, boot, limits, bootp, rapidCommit, subnetSelection, reservedAddressHeld, ipv6OnlyOffer, conflictProbe, leasequery. Write "subnets" if that was meant.',
    '3:13: defaults.identity: found "mca", expected one of mac, clientId.',
    "3:37: defaults.lease.seconds: found 0, expected whole seconds from 4 to 31536000 (a year).",
    '6:5: subnets[0].prefix: found "10.77.0.9/16", which has host bits, expected the network\'s own address. Write 10.77.0.0/16 if that network was meant.',
    '7:37: subnets[0].options.routers[1]: found "gateway", expected an IPv4 address.',
    '7:47: subnets[0].options.ntpServer: found an unknown key "ntpServer", expected a known name (see the reference). Write "ntpServers" if that was meant.',
    "9:11: subnets[0].pools[0].range: found 10.77.9.0-10.77.8.0, expected the lower address first. Write 10.77.8.0-10.77.9.0.",
    "10:11: subnets[0].pools[1].range: found 10.78.0.0-10.78.0.9, expected addresses of the subnet's prefix 10.77.0.0/16.",
    '10:39: subnets[0].pools[1].for: found "gpu", expected any, known or unknown (the document defines no class).',
    '11:5: subnets[1].id: found "a" again, expected an id of its own (subnets[0] has this one).',
    "12:5: subnets[1].prefix: found 10.77.5.0/24, expected a prefix apart from 10.77.0.0/16 (subnets[0]). Give the two subnets separate prefixes: an address must belong to one subnet.",
  ]);
});

describe("text that is no document", () => {
  test.each([
    ["", "found an empty value, expected a mapping."],
    ["just words", 'found "just words", expected a mapping.'],
    ["[1, 2]", "found [1,2], expected a mapping."],
    [
      "version: 1\nversion: 1\nsubnets: []",
      /^2:1: found Map keys must be unique.* expected valid YAML or JSON\.$/,
    ],
    ["version: 1\n  subnets: [", /^\d:\d+: found .* expected valid YAML or JSON\.$/],
  ])("%j", (text, expected) => {
    const problems = problemsOf(text);
    expect(problems[0]).toEqual(
      typeof expected === "string" ? expect.stringContaining(expected) : expect.stringMatching(expected),
    );
  });

  test("a bomb of aliases is refused, not expanded", () => {
    const levels = Array.from(
      { length: 12 },
      (_, i) => `a${i}: &a${i} [${i === 0 ? "x" : `*a${i - 1}, `.repeat(9)}]`,
    );
    expect(problemsOf(levels.join("\n"))[0]).toMatch(/expected YAML that can be expanded/);
  });
});

describe("one field", () => {
  test.each([
    ["prefix: 10.0.0.0", /prefix: found "10.0.0.0", expected a prefix like/],
    ["prefix: 10.0.0.0/33", /expected a prefix like/],
    [
      "prefix: 10.0.0.0/24, interface: 'a/b'",
      /interface: found "a\/b", expected the name of a network interface/,
    ],
    ["prefix: 10.0.0.0/24, relays: [10.0.0]", /relays\[0\]: found "10.0.0", expected an IPv4 address/],
    ["prefix: 10.0.0.0/24, relays: 10.0.0.1", /relays: found "10.0.0.1", expected a list/],
    ["prefix: 10.0.0.0/24, authoritative: yes", /authoritative: found "yes", expected true or false/],
    [
      "prefix: 10.0.0.0/24, lease: { heldFactor: 0.5 }",
      /heldFactor: found 0.5, expected a number from 1 to 10/,
    ],
    ["prefix: 10.0.0.0/24, lease: { seconds: 90.5 }", /seconds: found 90.5, expected whole seconds/],
    ["prefix: 10.0.0.0/24, pools: [{ range: 10.0.0.5 }]", /range: found "10.0.0.5", expected a range like/],
    ["prefix: 10.0.0.0/24, pools: [{}]", /pools\[0\].range: found nothing, expected a range like/],
    [
      "prefix: 10.0.0.0/24, options: { interfaceMtu: big }",
      /found "big", expected a whole number from 0 to 65535/,
    ],
    ["prefix: 10.0.0.0/24, options: { subnetMask: 24 }", /subnetMask: found 24, expected an IPv4 address/],
    [
      "prefix: 10.0.0.0/24, options: { messageType: 5 }",
      /messageType: found 5, expected no such option here/,
    ],
    ["prefix: 10.0.0.0/24, options: { __proto__: 5 }", /unknown key "__proto__"/],
  ])("%s", (fields, expected) => {
    const problems = inSubnets(`{ id: a, ${fields} }`);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(expected);
  });

  test("the server identifier has an address unless each node names its own", () => {
    const withIdentifier = (identifier: string) =>
      problemsOf(`version: 1\nsubnets: []\ncluster: { serverIdentifier: ${identifier} }`);
    expect(withIdentifier("{ mode: per-node }")).toEqual([]);
    expect(withIdentifier("{ mode: floating }")).toEqual([
      "3:12: cluster.serverIdentifier.address: found nothing, expected an IPv4 address like 10.77.0.1.",
    ]);
    expect(withIdentifier("{ mode: moving, address: 10.0.0.1 }")[0]).toMatch(/floating, external, per-node/);
  });
});

describe("between fields", () => {
  test("pools of a subnet must not overlap, also when one holds the other", () => {
    const pools =
      "[{ range: 10.0.0.10-10.0.0.99 }, { range: 10.0.0.20-10.0.0.30 }, { range: 10.0.0.99-10.0.0.120 }]";
    expect(inSubnets(`{ id: a, prefix: 10.0.0.0/24, pools: ${pools} }`)).toEqual([
      expect.stringContaining(
        "pools[1].range: found 10.0.0.20-10.0.0.30, expected a range apart from 10.0.0.10-10.0.0.99",
      ),
      expect.stringContaining("pools[2].range: found 10.0.0.99-10.0.0.120, expected a range apart from"),
    ]);
  });

  test("a pool of nothing but the network's address leases nothing", () => {
    const [problem] = inSubnets("{ id: a, prefix: 10.0.0.0/24, pools: [{ range: 10.0.0.0-10.0.0.0 }] }");
    expect(problem).toMatch(/at least one address besides the network's and the broadcast address/);
    expect(inSubnets("{ id: a, prefix: 10.0.0.0/31, pools: [{ range: 10.0.0.0-10.0.0.1 }] }")).toEqual([]);
  });

  test.each(["interface: eth0", "relays: [10.9.9.9]"])("two subnets claim one link: %s", (link) => {
    const a = `{ id: a, prefix: 10.0.0.0/24, ${link} }`;
    const b = `{ id: b, prefix: 10.0.1.0/24, ${link} }`;
    expect(inSubnets(a, b)).toEqual([expect.stringContaining("expected one that subnets[0] does not claim")]);
    const shared = (subnet: string) => subnet.replace(" }", ", sharedNetwork: fabric }");
    expect(inSubnets(shared(a), shared(b))).toEqual([]);
    expect(inSubnets(shared(a), b)).toHaveLength(1);
  });

  test("the servers' own address is not leased", () => {
    const text = GOOD.replace("10.77.16.0-10.77.31.255", "10.77.0.1-10.77.0.9");
    expect(problemsOf(text)).toEqual([expect.stringContaining("with the server identifier 10.77.0.2 in it")]);
  });
});

test("of very many problems a thousand are told, and how many there are", () => {
  const reservations = Array.from({ length: 1500 }, (_, i) => ({
    clientId: `01${100_000 + i}`,
    [`adress${i}`]: 1,
  }));
  const checked = checkNetwork({ version: 1, subnets: [{ id: "a", prefix: "10.0.0.0/16", reservations }] });
  const problems = checked.ok ? [] : checked.problems;
  expect(problems).toHaveLength(1001);
  expect(problems[0]).toMatchObject({
    path: "subnets[0].reservations[0].adress0",
    fix: 'Write "address" if that was meant.',
  });
  expect(problems.at(-1)).toMatchObject({ path: "", found: "500 more like these" });
});
