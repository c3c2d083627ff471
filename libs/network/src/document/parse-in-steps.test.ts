// A document of many reservations is parsed in steps, and said of it is what the schema says of it at once.
import fc from "fast-check";
import { expect, test } from "vitest";
import { readNetwork } from "../read-network.ts";
import { atOnce } from "../steps.ts";
import { networkSchema } from "./network-schema.ts";
import { parseInSteps, RESERVATIONS_A_STEP } from "./parse-in-steps.ts";

const COUNT = 2 * RESERVATIONS_A_STEP + 1;
const JUNK = [null, 7, "x", [], { mac: "x" }, { class: "a", mac: "02:00:00:00:00:01", colour: "red" }, {}];

function documentOf(damages: readonly (readonly [index: number, by: unknown])[], rest: object = {}) {
  const reservations: unknown[] = Array.from({ length: COUNT }, (_, i) => ({ clientId: `01${100_000 + i}` }));
  for (const [index, by] of damages) reservations[index] = by;
  const few = {
    id: "few",
    prefix: "10.1.0.0/16",
    reservations: [{ class: "a" }, ...damages.map(([, by]) => by)],
  };
  return { version: 1, subnets: [{ id: "many", prefix: "10.0.0.0/16", reservations }, few], ...rest };
}

test("the value, or the issues, are those of the whole schema", () => {
  const damage = fc.tuple(fc.nat(COUNT - 1), fc.constantFrom<unknown>(...JUNK));
  const rest = fc.constantFrom({}, { version: 2 }, { subnet: [] }, { ignore: 1 });
  fc.assert(
    fc.property(fc.array(damage, { maxLength: 4 }), rest, (damages, more) => {
      const value = documentOf(damages, more);
      const [stepwise, whole] = [atOnce(parseInSteps(value)), networkSchema.safeParse(value)];
      if (whole.success) expect(stepwise).toEqual(whole);
      else {
        const told = stepwise.success ? [] : stepwise.error.issues.map((issue) => JSON.stringify(issue));
        expect(told.sort()).toEqual(whole.error.issues.map((issue) => JSON.stringify(issue)).sort());
      }
    }),
    { numRuns: 30 },
  );
});

test("it has a step for some of them", () => {
  let steps = 0;
  for (const _ of parseInSteps(documentOf([]))) steps++;
  expect(steps).toBe(3);
});

test("problems at the borders of steps have their lines", () => {
  const border = RESERVATIONS_A_STEP;
  const value = documentOf([border - 1, border, COUNT - 1].map((index) => [index, { mac: `x${index}` }]));
  const lines = JSON.stringify(value.subnets[0]!.reservations, null, 0).replaceAll("},", "},\n");
  const text = `{"version":1,"subnets":[{"id":"many","prefix":"10.0.0.0/16","reservations":\n${lines}}]}`;
  const read = readNetwork(text);
  const places = read.ok ? [] : read.problems.map(({ path, line }) => [path, line]);
  expect(places).toEqual(
    [border - 1, border, COUNT - 1].map((i) => [`subnets[0].reservations[${i}].mac`, i + 2]),
  );
});
