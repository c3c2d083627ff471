import { expect, test } from "vitest";
import { Counters } from "./counters.ts";

test("each label is counted in its group, and the groups have sums for the heartbeat", () => {
  const counters = new Counters();
  for (const label of ["DISCOVER", "REQUEST", "DISCOVER"]) counters.count("received", label);
  counters.count("replied", "ACK");
  expect(Object.fromEntries(counters.of("received"))).toEqual({ DISCOVER: 2, REQUEST: 1 });
  expect(counters.of("dropped").size).toBe(0);
  expect(counters.totals()).toEqual({
    ...{
      received: 3,
      dropped: 0,
      replied: 1,
      silent: 0,
      refused: 0,
      commits: 0,
      forwarded: 0,
      anomalies: 0,
      unheard: 0,
    },
    ...{ badMessages: 0, badRecords: 0, omitted: 0, boots: 0 },
  });
});
