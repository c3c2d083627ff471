// C6: a value that is wrong is told of with the element that is wrong, and with what to write instead.
import { test } from "vitest";
import { holds, told } from "../../test/problems.ts";

test.each([
  [
    "classlessStaticRoutes: [{ destination: 10.0.0.0/8, router: 10.0.0.1 }, { destination: 10.1.2.3/24, router: 10.0.0.1 }]",
    'defaults.options.classlessStaticRoutes[1].destination: found "10.1.2.3/24", which has host bits, expected the network\'s own address. Write 10.1.2.0/24 if that network was meant, or 10.1.2.3/32 for this address alone.',
  ],
  [
    "classlessStaticRoutes: { destination: 10.1.2.3/24, router: 10.0.0.1 }",
    'options.classlessStaticRoutes.destination: found "10.1.2.3/24", which has host bits',
  ],
  [
    "classlessStaticRoutes: [{ destination: 10.1.2.0/33, router: 10.0.0.1 }]",
    'classlessStaticRoutes[0].destination: found "10.1.2.0/33", expected a prefix ("10.1.0.0/16").',
  ],
  [
    "classlessStaticRoutes: [{ destination: 10.1.2.0, router: 10.0.0.1 }]",
    'classlessStaticRoutes[0].destination: found "10.1.2.0", expected a prefix',
  ],
  [
    "classlessStaticRoutes: [{ destination: 10.1.2.0/24, gateway: 10.0.0.1 }]",
    "classlessStaticRoutes[0].router: found nothing, expected an IPv4 address.",
  ],
  [
    "classlessStaticRoutes: [{ destination: 10.1.2.0/24, router: gw }]",
    'classlessStaticRoutes[0].router: found "gw", expected an IPv4 address.',
  ],
  [
    "classlessStaticRoutes: [10.1.2.0/24]",
    'classlessStaticRoutes[0]: found "10.1.2.0/24", expected a route { destination:',
  ],
  ["classlessStaticRoutes: []", "classlessStaticRoutes: found [], expected a list of routes"],
  ["microsoftClasslessStaticRoutes: [{ destination: 10.1.2.3/24, router: 10.0.0.1 }]", "Write 10.1.2.0/24"],
  [
    "domainNameServers: [10.0.0.1, 10.0.0.256, 10.0.0.3]",
    'domainNameServers[1]: found "10.0.0.256", expected an IPv4 address.',
  ],
  [
    "staticRoutes: [[10.0.0.1, 10.0.0.2], [10.0.0.1, x]]",
    'staticRoutes[1][1]: found "x", expected an IPv4 address.',
  ],
  ["staticRoutes: [[10.0.0.1]]", 'staticRoutes[0]: found ["10.0.0.1"], expected a pair of IPv4 addresses'],
  [
    "pathMtuPlateauTable: [68, 70000]",
    "pathMtuPlateauTable[1]: found 70000, expected a whole number from 0 to 65535.",
  ],
  ["domainSearch: [a.example, a..b]", 'domainSearch[1]: found "a..b", expected a domain name.'],
  ["subnetMask: [10.0.0.1]", 'subnetMask: found ["10.0.0.1"], expected an IPv4 address.'],
])("C6: %s", (options, message) => holds(told(`defaults: { options: { ${options} } }`), [message]));

test("C6: each wrong element of a list is told of, not only the first", () => {
  const routes = ["10.1.2.3/24", "10.2.0.0/16", "10.3.0.1/16"].map(
    (one) => `{ destination: ${one}, router: 10.0.0.1 }`,
  );
  holds(told(`defaults: { options: { classlessStaticRoutes: [${routes}], ntpServers: [x, 10.0.0.1, y] } }`), [
    'classlessStaticRoutes[0].destination: found "10.1.2.3/24"',
    'classlessStaticRoutes[2].destination: found "10.3.0.1/16"',
    'ntpServers[0]: found "x"',
    'ntpServers[2]: found "y"',
  ]);
});

test("C6: so is one of an option that the document defines", () => {
  const lines = `optionDefinitions: [{ name: siteRoutes, code: 224, type: routes }]
defaults: { options: { siteRoutes: [{ destination: 10.1.2.3/24, router: 10.0.0.1 }] } }`;
  holds(told(lines), ['options.siteRoutes[0].destination: found "10.1.2.3/24", which has host bits']);
});
