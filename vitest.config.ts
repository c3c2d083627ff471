// `unit` is beside the code and takes milliseconds. `e2e` starts real NATS servers, and labs of network namespaces; these files
// mostly wait, so that three of them share the machine, or `./run test` would take seven minutes instead of four. What
// measures has the machine for itself: `load` comes after them, `change` when it is asked for (test/run/test.ts).
import { defineConfig } from "vitest/config";

const patient = { testTimeout: 180_000, hookTimeout: 180_000, pool: "forks" } as const;
const load = "test/e2e/load.test.ts";
const change = "test/e2e/live-change.test.ts";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: ["libs/*/{src,test}/**/*.test.ts", "apps/*/{src,test}/**/*.test.ts", "test/*.test.ts"],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          ...patient,
          name: "e2e",
          include: ["test/{contract,e2e}/**/*.test.ts"],
          exclude: [load, change],
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      { test: { ...patient, name: "load", include: [load], sequence: { groupOrder: 2 } } },
      { test: { ...patient, name: "change", include: [change], sequence: { groupOrder: 3 } } },
    ],
  },
});
