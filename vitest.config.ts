// Three projects: `unit` is beside the code and takes milliseconds; `e2e` starts real NATS servers, and labs of network
// namespaces, which mostly wait, so that two files at a time share the machine; `load` needs the machine for itself.
import { defineConfig } from "vitest/config";

const patient = { testTimeout: 180_000, hookTimeout: 180_000, pool: "forks" } as const;
const load = "test/e2e/load.test.ts";

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
          exclude: [load],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      { test: { ...patient, name: "load", include: [load], sequence: { groupOrder: 2 } } },
    ],
  },
});
