// `./run chaos [random|partitions|power|rolling|store|load]`: faults, while clients by the hundred live on a real cluster. Exits
// with 1 when anything was that must never be.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { FaultKind } from "./fault-kind.ts";
import { faultKinds } from "./fault-kinds.ts";
import { isClean, reportOf } from "./report.ts";
import { run } from "./run.ts";
import { type Scenario, scenarios } from "./scenarios.ts";

const options = {
  minutes: { type: "string", default: "5" },
  seed: { type: "string" },
  clients: { type: "string", default: "300" },
  fault: { type: "string", multiple: true },
  report: { type: "string" },
  "sync-interval": { type: "string" },
  keep: { type: "boolean", default: false },
} as const;

const USAGE = `usage: ./run chaos [SCENARIO] [--minutes 5] [--seed N] [--clients 300] [--fault NAME …] [--report FILE] [--keep]

${scenarios.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join("\n")}

  --fault NAME  only these, of: ${faultKinds.map(({ name }) => name).join(", ")}
  --sync-interval 2m   JetStream's own default: shows what a power cut takes then
  --keep        leaves the lab and the capture where they are`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const report = await run({
    command: ["./run chaos", ...process.argv.slice(2)].join(" "),
    scenario: scenarioNamed(positionals[0] ?? "random"),
    minutes: wholeNumber("--minutes", values.minutes),
    seed: values.seed === undefined ? Date.now() % 2 ** 32 : wholeNumber("--seed", values.seed),
    clients: wholeNumber("--clients", values.clients),
    kinds: kindsNamed(values.fault),
    syncInterval: values["sync-interval"],
    keeps: values.keep,
    say: (line) => console.error(`chaos: ${line}`),
  });
  const page = reportOf(report);
  console.log(page);
  if (values.report) writeFileSync(values.report, page);
  return isClean(report) ? 0 : 1;
}

function scenarioNamed(name: string): Scenario {
  const scenario = scenarios.find((each) => each.name === name);
  if (!scenario) throw new TypeError(`there is no scenario "${name}"`);
  return scenario;
}

function kindsNamed(names: readonly string[] | undefined): readonly FaultKind[] {
  if (!names) return faultKinds;
  return names.map((name) => {
    const kind = faultKinds.find((each) => each.name === name);
    if (!kind) throw new TypeError(`there is no fault "${name}"`);
    return kind;
  });
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text))
    throw new TypeError(`${name}: found ${JSON.stringify(text)}, expected a number`);
  return Number(text);
}

try {
  process.exitCode = await main();
} catch (thrown) {
  const isOurs = thrown instanceof TypeError;
  console.error(`chaos: ${thrown instanceof Error ? (isOurs ? thrown.message : thrown.stack) : thrown}`);
  if (isOurs) console.error(USAGE);
  process.exitCode = 2;
}
