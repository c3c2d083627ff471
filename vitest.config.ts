// `unit` is beside the code and takes milliseconds; `e2e` starts real NATS servers, and labs of network namespaces, which
// mostly wait, so that two files share the machine; `load` comes after it, alone. `matrix`, `faults`, `change` and `boot` are run
// when they are asked for: see test/run/test.ts.
import { defineConfig } from "vitest/config";

const patient = { testTimeout: 180_000, hookTimeout: 180_000, pool: "forks" } as const;
const load = "test/e2e/load.test.ts";
const change = "test/e2e/live-change.test.ts";
// Elections, lost majorities, stopped processes: minutes of waiting for what cannot be hurried.
const faults = ["store-faults", "store-lost", "floating", "lab-faults"].map(
  (name) => `test/e2e/${name}.test.ts`,
);
const matrix = ["test/e2e/matrix.test.ts", "test/e2e/quarantine.test.ts"];

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          include: [
            "libs/*/{src,test}/**/*.test.ts",
            "apps/*/{src,test}/**/*.test.ts",
            "test/*.test.ts",
            "test/{bench,chaos,lab,model,sim}/**/*.test.ts",
          ],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          ...patient,
          name: "e2e",
          include: ["test/{contract,e2e}/**/*.test.ts"],
          exclude: [load, change, ...faults, ...matrix],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      { test: { ...patient, name: "load", include: [load], sequence: { groupOrder: 2 } } },
      {
        test: {
          ...patient,
          name: "matrix",
          include: matrix,
          fileParallelism: false,
          sequence: { groupOrder: 4 },
        },
      },
      { test: { ...patient, name: "faults", include: faults, maxWorkers: 2, sequence: { groupOrder: 5 } } },
      {
        test: {
          ...patient,
          name: "boot",
          include: ["test/boot/**/*.test.ts"],
          fileParallelism: false,
          sequence: { groupOrder: 6 },
        },
      },
      { test: { ...patient, name: "change", include: [change], sequence: { groupOrder: 3 } } },
    ],
  },
});
