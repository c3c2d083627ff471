// `./run test [check|unit|e2e|matrix|faults|change|boot]`: checks, then vitest; the last line sums it up as `N passed, N failed`.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check } from "./check.ts";
import { child, root } from "./child.ts";
import type { RunCommand } from "./command.ts";
import { ensureTools, ensureWherePossible } from "./debian-packages.ts";
import { ensureFirmware } from "./firmware-packages.ts";

interface Sum {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface Part {
  readonly name: string;
  /** Run only when it is named. */
  readonly isAskedFor?: boolean;
  run(): Promise<Sum>;
}

const parts: readonly Part[] = [
  { name: "check", run: async () => one((await check.run([])) === 0) },
  { name: "unit", run: unit },
  { name: "e2e", run: () => inTheLab("e2e", "load") },
  // Each client through each state, and the way out of quarantine: minutes of leases that run out.
  { name: "matrix", isAskedFor: true, run: () => inTheLab("matrix") },
  // What befalls NATS, clocks, disks and whole nodes: minutes of elections.
  { name: "faults", isAskedFor: true, run: () => inTheLab("faults") },
  // A thousand DORA a second while documents change, against an unchanged run: it needs an idle machine to judge by.
  { name: "change", isAskedFor: true, run: () => inTheLab("change") },
  // Files of 100 MB, networks on which each loss costs a client its timeout, and machines that are emulated.
  { name: "boot", isAskedFor: true, run: () => withFirmware(() => inTheLab("boot")) },
];

export const test: RunCommand = {
  name: "test",
  usage: "test [check|unit|e2e|matrix|faults|change|boot]",
  about: "everything, or one part of it",
  async run(args) {
    const unknown = args.find((arg) => !parts.some(({ name }) => name === arg));
    if (unknown) {
      console.error(`run: test has no part "${unknown}"; it has ${parts.map(({ name }) => name).join(", ")}`);
      return 2;
    }
    const sums: Sum[] = [];
    for (const part of parts.filter((each) =>
      args.length === 0 ? !each.isAskedFor : args.includes(each.name),
    )) {
      console.log(`\n── ${part.name}`);
      sums.push(await part.run());
    }
    const total = (key: keyof Sum) => sums.reduce((count, sum) => count + sum[key], 0);
    const skipped = total("skipped") > 0 ? `, ${total("skipped")} skipped` : "";
    console.log(`\n${total("passed")} passed, ${total("failed")} failed${skipped}`);
    return total("failed") === 0 ? 0 : 1;
  },
};

const one = (passed: boolean): Sum => ({ passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0 });

/** Certificates are made with openssl, which a small machine may lack. */
async function unit(): Promise<Sum> {
  await ensureWherePossible(["openssl"]);
  return vitest("unit");
}

async function inTheLab(...projects: readonly string[]): Promise<Sum> {
  if (process.getuid?.() !== 0) {
    console.error(
      "run: the end-to-end tests judge by captures of tcpdump, which works for root only: run `./run test e2e` as root.",
    );
    return one(false);
  }
  try {
    await ensureTools((line) => console.log(line));
  } catch (cause) {
    console.error(
      `run: the Debian packages for the end-to-end tests cannot be had: ${(cause as Error).message}`,
    );
    return one(false);
  }
  return vitest(...projects);
}

/** Machines in QEMU need firmware, loaders and a kernel, and one of them an emulator of another processor. */
async function withFirmware(run: () => Promise<Sum>): Promise<Sum> {
  try {
    await ensureTools(console.log, ["qemu-system-aarch64"]);
    await ensureFirmware(console.log);
  } catch (cause) {
    console.error(`run: what machines boot with cannot be had from Debian: ${(cause as Error).message}`);
    return one(false);
  }
  return run();
}

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

async function vitest(...projects: readonly string[]): Promise<Sum> {
  const folder = mkdtempSync(join(tmpdir(), "leasehold-test-"));
  const file = join(folder, "report.json");
  try {
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
    const code = await child(`${root}node_modules/.bin/vitest`, [
      "run",
      ...projects.map((name) => `--project=${name}`),
      ...reporters,
    ]);
    return sumOf(JSON.parse(readFileSync(file, "utf8")) as Report, code);
  } catch (cause) {
    console.error(`run: vitest wrote no report: ${(cause as Error).message}`);
    return one(false);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// A file that did not load, or was not set up, has no test that failed, and an error outside of any file none at all: each
// counts as one failure.
function sumOf(report: Report, code: number): Sum {
  const broken = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && assertionResults.every((one) => one.status !== "failed"),
  );
  const failed = report.numFailedTests + broken.length;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
