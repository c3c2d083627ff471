import { expect, test } from "vitest";
import { parseMetrics, quantileBetween } from "./node-metrics.ts";

const text = (counts: readonly number[]) => `# HELP x y
commits{outcome="stored",node="n1"} 12
ready{node="n1"} 1
delay_bucket{le="0.01",node="n1"} ${counts[0]}
delay_bucket{le="0.02",node="n1"} ${counts[1]}
delay_bucket{le="+Inf",node="n1"} ${counts[2]}
`;

test("metrics are read by name and labels, without the node", () => {
  const metrics = parseMetrics(text([1, 2, 3]));
  expect(metrics.get('commits{outcome="stored"}')).toBe(12);
  expect(metrics.get("ready")).toBe(1);
});

test("a quantile is the upper bound of its bucket, of what came between two looks", () => {
  const before = parseMetrics(text([1000, 1000, 1000]));
  expect(quantileBetween(before, parseMetrics(text([1098, 1100, 1100])), "delay", 0.99)).toBe(0.02);
  expect(quantileBetween(before, parseMetrics(text([1099, 1100, 1100])), "delay", 0.99)).toBe(0.01);
  expect(quantileBetween(before, parseMetrics(text([1000, 1000, 1009])), "delay", 0.99)).toBe(Infinity);
  expect(quantileBetween(before, before, "delay", 0.99)).toBeUndefined();
});
