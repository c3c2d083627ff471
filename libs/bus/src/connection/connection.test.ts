import { expect, test } from "vitest";
import { isOlder, SERVER_VERSION_MIN } from "./connection.ts";

test.each([
  ["2.12.2", "2.12.3", true],
  ["2.12.3", "2.12.3", false],
  ["2.12.10", "2.12.3", false],
  ["2.9.25", "2.12.3", true],
  ["2.15.0", "2.12.3", false],
  ["3.0.0", "2.12.3", false],
  ["1.99.99", "2.12.3", true],
  // What Debian and developers call their builds.
  ["2.12.3-RC.1", "2.12.3", false],
  ["2.15.0-dev", "2.12.3", false],
  ["2.12", "2.12.3", true],
  ["2.13", "2.12.3", false],
  ["0.0.0", "2.12.3", true],
])("version %s is older than %s: %s", (version, wanted, older) => {
  expect(isOlder(version, wanted)).toBe(older);
});

test("the wanted version is one", () => {
  expect(SERVER_VERSION_MIN).toMatch(/^\d+\.\d+\.\d+$/);
});
