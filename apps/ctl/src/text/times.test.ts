import { expect, test } from "vitest";
import { durationText, relativeTime } from "./times.ts";

test.each([
  [0, "0s"],
  [35, "35s"],
  [2520, "42m"],
  [3600, "1h"],
  [3605, "1h"],
  [3900, "1h 5m"],
  [90_000, "1d 1h"],
  [86_400 * 30, "30d"],
])("%i seconds read as %s", (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});

test("a time is shown relative to now, as ISO text or as milliseconds", () => {
  const now = Date.parse("2026-11-21T10:00:00Z");
  expect(relativeTime("2026-11-21T10:42:00Z", now)).toBe("in 42m");
  expect(relativeTime(now - 12_000, now)).toBe("12s ago");
  expect(relativeTime(now + 400, now)).toBe("now");
  expect(relativeTime(null, now)).toBeUndefined();
  expect(relativeTime("soon", now)).toBeUndefined();
});
