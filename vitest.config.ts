// `unit` is beside the code and takes milliseconds; `e2e` starts real NATS servers, and labs of network namespaces, one at a
// time, as they measure; `load` comes after it. `change` is run when it is asked for: see test/run/test.ts.
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
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      { test: { ...patient, name: "load", include: [load], sequence: { groupOrder: 2 } } },
      { test: { ...patient, name: "change", include: [change], sequence: { groupOrder: 3 } } },
    ],
  },
});
