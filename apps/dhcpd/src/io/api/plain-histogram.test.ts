// What it shows is, line by line, what prom-client's own histogram shows of the same observations.
import fc from "fast-check";
import { Histogram, Registry } from "prom-client";
import { expect, test } from "vitest";
import { PlainHistogram } from "./plain-histogram.ts";

const buckets = [0.001, 0.005, 0.1, 1];
const lines = async (registry: Registry) =>
  (await registry.metrics())
    .split("\n")
    .map((line) => line.replace(/\{(.*)\}/, (_, labels) => sorted(labels)));
const sorted = (labels: string) => `{${labels.split(",").sort().join()}}`;

const value = fc.oneof(fc.constantFrom(...buckets), fc.double({ min: 0, max: 3, noNaN: true }));

test.each(["outcome", undefined])("with the label %s", async (label) => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom("stored", "conflict"), value)), async (observed) => {
      const [ours, theirs] = [new Registry(), new Registry()];
      for (const registry of [ours, theirs]) registry.setDefaultLabels({ node: "n1" });
      const named = { name: "leasehold_seconds", help: "Some seconds.", buckets };
      const plain = new PlainHistogram({ ...named, ...(label && { label }), registry: ours });
      const original = new Histogram({ ...named, labelNames: label ? [label] : [], registers: [theirs] });
      for (const [of, seconds] of observed) {
        plain.observe(label ? of : "", seconds);
        original.observe(label ? { [label]: of } : {}, seconds);
      }
      expect(await lines(ours)).toEqual(await lines(theirs));
    }),
  );
});
