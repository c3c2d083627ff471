// What settingsFor gives is what a plain merge of the document gives, level after level.
import { encodeOption, type OptionName, optionByName, parseIpv4 } from "@leasehold/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { clientOf } from "../../test/client.ts";
import { compileNetwork, explainSettings, type NetworkDocument } from "../index.ts";

const settings = fc.record(
  {
    options: fc.record(
      {
        routers: fc.constantFrom("10.0.0.1", "10.0.0.2"),
        domainName: fc.constantFrom("a", "b", "c"),
        interfaceMtu: fc.constantFrom(1500, 9000),
        subnetMask: fc.constant("255.0.0.0"),
      },
      { requiredKeys: [] },
    ),
    lease: fc.record(
      {
        seconds: fc.integer({ min: 4, max: 99 }),
        minSeconds: fc.integer({ min: 4, max: 99 }),
        maxSeconds: fc.integer({ min: 4, max: 99 }),
        heldFactor: fc.integer({ min: 1, max: 10 }),
        t1: fc.constantFrom(0.25, 0.5),
        t2: fc.constantFrom(0.4, 0.875),
      },
      { requiredKeys: [] },
    ),
    server: fc.record(
      { nextServer: fc.constant("10.0.0.9"), file: fc.constantFrom("x", "y"), name: fc.constant("n") },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);

type Places = typeof places extends fc.Arbitrary<infer T> ? T : never;

const places = fc.record({
  defaults: settings,
  shared: fc.option(settings),
  subnet: settings,
  pool: fc.option(settings),
  classes: fc.array(fc.record({ settings, isIn: fc.boolean() }), { maxLength: 4 }),
  reservation: fc.option(settings),
});

type Written = typeof settings extends fc.Arbitrary<infer T> ? T : never;

const CLIENT = clientOf();
const ADDRESS = "10.0.0.5";

function documentOf({ defaults, shared, subnet, pool, classes, reservation }: Places): NetworkDocument {
  const lan = {
    ...{ id: "lan", prefix: "10.0.0.0/24", sharedNetwork: "s", ...subnet },
    pools: [{ range: "10.0.0.10-10.0.0.19", ...pool }],
    reservations: [{ mac: "02:00:00:00:00:01", address: ADDRESS, ...reservation }],
  };
  return {
    ...{ version: 1, defaults, subnets: [lan] },
    sharedNetworks: shared ? [{ id: "s", ...shared }] : [],
    classes: classes.map((one, i) => ({
      ...{ id: `c${i}`, match: { mac: one.isIn ? CLIENT.mac : "02:00:00:00:00:02" } },
      ...one.settings,
    })),
  };
}

test("settings are the merge of all levels, the nearest one counting", () => {
  fc.assert(
    fc.property(places, (written) => {
      const network = compileNetwork(documentOf(written), 1);
      const lan = network.subnet("lan")!;
      const pool = written.pool ? lan.pools[0] : undefined;
      const classes = network.classesOf(CLIENT);
      const reservation = written.reservation ? lan.reservedAt(parseIpv4(ADDRESS)!) : undefined;
      const expected = plainMerge([
        { options: { subnetMask: "255.255.255.0", broadcastAddress: "10.0.0.255" } },
        ...[written.defaults, written.shared, written.subnet, written.pool],
        ...written.classes.map((one) => (one.isIn ? one.settings : null)),
        written.reservation,
      ]);
      for (let again = 0; again < 2; again++) {
        const { unasked, never, ...settings } = network.settingsFor(lan, pool, classes, reservation);
        expect(settings).toEqual(expected);
        expect([unasked, never]).toEqual([unaskedOf(written), new Set()]);
      }
      const explained = explainSettings(lan, pool, classes, reservation);
      expect(explained.options.map(({ code }) => code)).toEqual([...expected.options.keys()]);
      expect(explained.lease.map(({ name, value }) => [name, Number(value)])).toEqual(
        ["seconds", "minSeconds", "maxSeconds", "heldFactor", "t1", "t2"].map((name) => [
          name,
          expected.lease[name as keyof typeof expected.lease],
        ]),
      );
    }),
  );
});

/** The mask, and what a class or the reservation sets last. */
function unaskedOf(written: Places): ReadonlySet<number> {
  const near = [
    ...written.classes.filter(({ isIn }) => isIn).map((one) => one.settings),
    written.reservation,
  ];
  const codes = near
    .flatMap((level) => Object.keys(level?.options ?? {}))
    .map((name) => optionByName(name)!.code);
  return new Set([1, ...codes.sort((a, b) => a - b)]);
}

function plainMerge(levels: readonly (Written | { options: object } | null)[]) {
  const fields = (key: "options" | "lease" | "server") =>
    Object.assign({}, ...levels.map((level) => (level as Partial<Written> | null)?.[key]));
  const options = Object.entries(fields("options")).map(
    ([name, value]) => [optionByName(name)!.code, encodeOption(name as OptionName, value)] as const,
  );
  const { seconds = 3600, heldFactor = 2, t1 = 0.5, t2 = 0.875 } = fields("lease");
  const { minSeconds = seconds, maxSeconds = seconds } = fields("lease");
  const { nextServer, ...server } = fields("server");
  return {
    options: new Map(options.sort(([a], [b]) => a - b)),
    lease: {
      ...{ seconds, heldFactor, t1: Math.min(t1, t2), t2 },
      minSeconds: Math.min(minSeconds, seconds),
      maxSeconds: Math.max(maxSeconds, seconds),
    },
    server: nextServer ? { nextServer: parseIpv4(nextServer), ...server } : server,
  };
}
