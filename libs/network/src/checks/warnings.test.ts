import { formatProblem } from "@leasehold/document";
import { formatIpv4 } from "@leasehold/protocol";
import { describe, expect, test } from "vitest";
import { ip, networkOf } from "../../test/client.ts";
import { readNetwork } from "../read-network.ts";

const FAR = `
version: 1
subnets:
  - id: far
    prefix: 10.20.0.0/24
    relays: [10.20.0.1]
    options: { routers: [10.20.0.1] }
    pools: [{ range: 10.20.0.1-10.20.0.2 }]
`;

function warningsOf(text: string): string[] {
  const read = readNetwork(text, "network.yaml");
  if (!read.ok) throw new Error(read.problems.map(formatProblem).join("\n"));
  return read.warnings.map(formatProblem);
}

describe("field report 5: a pool that covers an address which somebody has", () => {
  test("is told with file, line and what to do, and gives the others", () => {
    expect(warningsOf(FAR)).toEqual([
      "network.yaml:8:15: subnets[0].pools[0].range: found 10.20.0.1-10.20.0.2, with 10.20.0.1 in it, which is a relay agent (subnets[0].relays[0]), expected a range without it: the address is not given from the pool. Exclude it: exclude: [10.20.0.1].",
    ]);
    const [pool] = networkOf(FAR).subnet("far")!.pools;
    expect([pool?.size, pool && formatIpv4(pool.at(0))]).toEqual([1, "10.20.0.2"]);
  });

  test("a pool of which nothing is left is no pool, and said to be so", () => {
    const text = FAR.replace("10.20.0.1-10.20.0.2", "10.20.0.1-10.20.0.1");
    expect(warningsOf(text)[0]).toContain("nothing is left of the pool");
    expect(networkOf(text).subnet("far")!.pools).toEqual([]);
  });

  test("what is excluded needs no warning", () => {
    expect(warningsOf(FAR.replace("10.20.0.2 }", "10.20.0.2, exclude: [10.20.0.1] }"))).toEqual([]);
  });

  test.each([
    ["defaults: { options: { routers: [10.20.0.9] } }", "a router (defaults.options.routers)"],
    [
      "defaults: { options: { classlessStaticRoutes: [{ destination: 10.20.0.8/32, router: 10.20.0.9 }] } }",
      "a router (defaults.options.classlessStaticRoutes)",
    ],
    ["defaults: { options: { staticRoutes: [[10.20.0.8, 10.20.0.9]] } }", "a router"],
    ["defaults: { options: { domainNameServers: [10.20.0.9] } }", "server in option domainNameServers"],
    ["defaults: { options: { ntpServers: [10.20.0.9] } }", "server in option ntpServers"],
    ["defaults: { options: { tftpServerAddresses: [10.20.0.9] } }", "server in option tftpServerAddresses"],
    ["defaults: { options: { tftpServerName: 10.20.0.9 } }", "server in option tftpServerName"],
    ["defaults: { server: { nextServer: 10.20.0.9 } }", "boot from (nextServer)"],
    ["classes: [{ id: a, match: { arch: 7 }, server: { nextServer: 10.20.0.9 } }]", "boot from (nextServer)"],
    [
      "sharedNetworks: [{ id: n, options: { routers: [10.20.0.9] } }]",
      "a router (sharedNetworks[0].options.routers)",
    ],
  ])("%s", (more, told) => {
    const shared = more.startsWith("shared") ? "sharedNetwork: n, " : "";
    const text = `version: 1\n${more}\nsubnets: [{ id: far, prefix: 10.20.0.0/24, ${shared}pools: [{ range: 10.20.0.8-10.20.0.9 }] }]`;
    expect(warningsOf(text)).toEqual([expect.stringContaining(`10.20.0.9 in it, which is`)]);
    expect(warningsOf(text)[0]).toContain(told);
    const { pools, poolOf } = networkOf(text).subnet("far")!;
    expect([pools[0]?.size, poolOf(ip("10.20.0.9"))]).toEqual([1, undefined]);
  });
});

test("field report 3: a reservation of an address that is nobody's to have", () => {
  const reservation = "{ mac: 02:00:00:00:00:01, address: 10.20.0.1 }";
  expect(warningsOf(`${FAR}    reservations: [${reservation}]`)).toContainEqual(
    expect.stringContaining(
      "reservations[0].address: found 10.20.0.1, which is a relay agent (subnets[0].relays[0]), expected an address that nobody has",
    ),
  );
});

test("a server that clients are told of may be reserved for the host that it is", () => {
  const text = `
version: 1
subnets:
  - id: lan
    prefix: 10.0.0.0/24
    options: { domainNameServers: [10.0.0.53] }
    reservations: [{ mac: 02:00:00:00:00:01, address: 10.0.0.53 }]
`;
  expect(warningsOf(text)).toEqual([]);
});

describe("field report 14: classless routes without a default one beside routers", () => {
  const ROUTE = "{ destination: 10.9.0.0/16, router: 10.0.0.2 }";
  const text = (defaults: string, subnet: string, more = "") =>
    `version: 1\ndefaults: { ${defaults} }\n${more}\nsubnets:\n  - { id: lan, prefix: 10.0.0.0/24, ${subnet} }`;

  test("is told, with both places and what to do", () => {
    const options = `options: { routers: [10.0.0.1], classlessStaticRoutes: [${ROUTE}] }`;
    expect(warningsOf(text("", options))).toEqual([
      "network.yaml:5:69: subnets[0].options.classlessStaticRoutes: found routes without a default one, beside routers (subnets[0].options.routers), expected a default route among them: clients that take option 121 ignore routers (RFC 3442) and have no default route. Add { destination: 0.0.0.0/0, router: 10.0.0.1 }, or remove routers if none is meant.",
    ]);
  });

  test.each([
    ["inherited", text("options: { routers: 10.0.0.1 }", `options: { classlessStaticRoutes: ${ROUTE} }`)],
    [
      "in a pool",
      text(
        "",
        `options: { routers: 10.0.0.1 }, pools: [{ range: 10.0.0.8-10.0.0.9, options: { classlessStaticRoutes: [${ROUTE}] } }]`,
      ),
    ],
    [
      "under the private code",
      text("options: { routers: 10.0.0.1 }", `options: { microsoftClasslessStaticRoutes: [${ROUTE}] }`),
    ],
    [
      "in a reservation",
      text(
        "",
        `options: { classlessStaticRoutes: [${ROUTE}] }, reservations: [{ mac: 02:00:00:00:00:01, options: { routers: 10.0.0.1 } }]`,
      ),
    ],
    [
      "in a class",
      text(
        "options: { routers: 10.0.0.1 }",
        "authoritative: true",
        `classes: [{ id: c, match: { arch: 7 }, options: { classlessStaticRoutes: [${ROUTE}] } }]`,
      ),
    ],
  ])("%s", (_, document) => {
    expect(warningsOf(document)).toEqual([expect.stringContaining("routes without a default one")]);
  });

  test.each([
    [
      "with a default one",
      text(
        "options: { routers: 10.0.0.1 }",
        `options: { classlessStaticRoutes: [${ROUTE}, { destination: 0.0.0.0/0, router: 10.0.0.1 }] }`,
      ),
    ],
    [
      "with a default one in halves",
      text(
        "options: { routers: 10.0.0.1 }",
        "options: { classlessStaticRoutes: [{ destination: 0.0.0.0/1, router: 10.0.0.1 }, { destination: 128.0.0.0/1, router: 10.0.0.1 }] }",
      ),
    ],
    ["without routers", text("", `options: { classlessStaticRoutes: [${ROUTE}] }`)],
    [
      "where routers are never sent",
      text(
        "options: { routers: 10.0.0.1 }",
        `neverSend: [routers], options: { classlessStaticRoutes: [${ROUTE}] }`,
      ),
    ],
    [
      "where a subnet has better routes",
      text(
        `options: { routers: 10.0.0.1, classlessStaticRoutes: [${ROUTE}] }`,
        "options: { classlessStaticRoutes: [{ destination: 0.0.0.0/0, router: 10.0.0.1 }] }",
      ),
    ],
  ])("not %s", (_, document) => {
    expect(warningsOf(document)).toEqual([]);
  });
});
