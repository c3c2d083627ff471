import { describe, expect, test } from "vitest";
import { problemsOf } from "../../test/client.ts";
import { holds, inSubnet, type Rule } from "../../test/problems.ts";

describe("pools", () => {
  test.each<Rule>([
    ["pools: [{ for: any }]", "pools[0].range: found nothing, expected a range like"],
    [
      "pools: [{ range: 10.0.0.1-10.0.0.2, ranges: [10.0.0.5-10.0.0.6] }]",
      "pools[0].ranges: found range and ranges together, expected only one of range or ranges.",
    ],
    [
      "pools: [{ ranges: [10.0.0.1-10.0.0.9, 10.0.0.5-10.0.0.20] }]",
      "ranges[1]: found 10.0.0.5-10.0.0.20, expected a range apart from 10.0.0.1-10.0.0.9 (subnets[0].pools[0].ranges[0]).",
    ],
    [
      "pools: [{ range: 10.0.0.1-10.0.0.9, exclude: [10.0.0.10, 10.0.0.4-10.0.0.3] }]",
      "exclude[0]: found 10.0.0.10, expected addresses of the pool's range.",
      "exclude[1]: found 10.0.0.4-10.0.0.3, expected the lower address first. Write 10.0.0.3-10.0.0.4.",
    ],
    [
      "pools: [{ range: 10.0.0.1-10.0.0.2, exclude: [10.0.0.1-10.0.0.2] }]",
      "range: found 10.0.0.1-10.0.0.2 without what is excluded, expected at least one address",
    ],
    [
      "pools: [{ range: 10.0.0.1-10.0.0.9, for: known, keepForKnown: 2 }]",
      "keepForKnown: found addresses kept for known hosts in a pool for known ones, expected a pool that serves both.",
    ],
    ["pools: [{ range: 10.0.0.1-10.0.0.9, exclude: [10.0.0] }]", "expected an address like"],
  ])("%s", (fields, ...messages) => holds(inSubnet(fields), messages));

  test("a class that there is, or the one that was meant", () => {
    const classes = "classes: [{ id: gpu, match: { arch: 7 } }]";
    const pool = (wanted: string) =>
      problemsOf(
        `version: 1\n${classes}\nsubnets:\n  - { id: a, prefix: 10.0.0.0/24, pools: [{ range: 10.0.0.1-10.0.0.9, for: ${wanted} }] }`,
      );
    expect(pool("gpu")).toEqual([]);
    holds(pool("gpus"), [
      'for: found "gpus", expected any, known, unknown or the id of a class. Write "gpu" if that was meant.',
    ]);
  });

  test("the servers' address may lie in a hole", () => {
    const server = "cluster: { serverIdentifier: { mode: external, address: 10.0.0.2 } }";
    const pool = (more: string) =>
      problemsOf(
        `version: 1\n${server}\nsubnets:\n  - { id: a, prefix: 10.0.0.0/24, pools: [{ range: 10.0.0.1-10.0.0.9${more} }] }`,
      );
    holds(pool(""), ["Exclude it: exclude: [10.0.0.2]."]);
    expect(pool(", exclude: [10.0.0.2]")).toEqual([]);
  });
});
