// `./run fuzz [--seconds N] [--count N] [--seed N]`: mutated packets through the codec; ten million of them when no limit
// is given. Exits with 1 at a throw, a contradiction or a slow packet, and prints that packet: `./run fuzz --packet HEX`
// repeats it alone. Then changed messages of NATS and records through all that reads them; a million when no limit is given.

import { parseArgs } from "node:util";
import { exercise } from "./exercise.ts";
import { type FuzzReport, fuzz } from "./fuzz.ts";
import { fuzzOutside, type OutsideReport, repeatOutside } from "./outside.ts";

const USAGE = "usage: ./run fuzz [--seconds N] [--count N] [--seed N] | [--target NAME] --packet HEX";
const COUNT_DEFAULT = 10_000_000;
const OUTSIDE_DEFAULT = 1_000_000;

const options = {
  seconds: { type: "string" },
  count: { type: "string" },
  seed: { type: "string" },
  packet: { type: "string" },
  target: { type: "string" },
} as const;

function main(): number {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.packet !== undefined) return repeat(values.packet, values.target);
  const seconds = wholeNumber("--seconds", values.seconds ?? positionals[0]);
  const count = wholeNumber("--count", values.count) ?? (seconds === undefined ? COUNT_DEFAULT : undefined);
  const seed = wholeNumber("--seed", values.seed) ?? Date.now();
  console.log(`fuzz: seed ${seed}`);
  const report = fuzz({
    seed,
    ...(seconds === undefined ? {} : { seconds }),
    ...(count === undefined ? {} : { count }),
    onProgress: progressEvery(10),
  });
  tell(report);
  const outside = fuzzOutside({
    seed,
    ...(seconds === undefined ? {} : { seconds }),
    ...(count === undefined ? {} : { count: Math.min(count, OUTSIDE_DEFAULT) }),
  });
  tellOutside(outside);
  return report.failure === undefined && outside.failure === undefined ? 0 : 1;
}

function tellOutside({ count, seconds, outcomes, failure }: OutsideReport): void {
  console.log(`fuzz: ${count.toLocaleString("en")} messages and records in ${seconds.toFixed(1)} s`);
  for (const [target, { used, wrong }] of outcomes)
    console.log(
      `  ${target.padEnd(10)} ${String(used).padStart(9)} used ${String(wrong).padStart(9)} told to be wrong`,
    );
  if (failure === undefined) return;
  console.error(`fuzz: FAILED at ${failure.target}: ${failure.what}`);
  const hex = Buffer.from(failure.octets).toString("hex");
  console.error(`repeat it with: ./run fuzz --target ${failure.target} --packet ${hex}`);
}

function repeat(hex: string, target: string | undefined): number {
  const octets = Uint8Array.from(Buffer.from(hex, "hex"));
  console.log(target === undefined ? exercise(octets) : repeatOutside(target, octets));
  return 0;
}

function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text))
    throw new TypeError(`${name}: found ${JSON.stringify(text)}, expected a whole number`);
  return Number(text);
}

function progressEvery(seconds: number): (packets: number) => void {
  let next = performance.now() + seconds * 1000;
  return (packets) => {
    if (performance.now() < next) return;
    next += seconds * 1000;
    console.log(`fuzz: ${packets.toLocaleString("en")} packets`);
  };
}

function tell({ packets, seconds, outcomes, slowestMilliseconds, failure }: FuzzReport): void {
  const shown = (count: number): string => Math.round(count).toLocaleString("en");
  console.log(
    `fuzz: ${shown(packets)} packets in ${seconds.toFixed(1)} s, ${shown(packets / seconds)} a second`,
  );
  for (const [outcome, count] of outcomes) console.log(`  ${shown(count).padStart(12)}  ${outcome}`);
  console.log(`  slowest packet: ${slowestMilliseconds.toFixed(1)} ms`);
  if (failure === undefined) return;
  console.error(`fuzz: FAILED after ${shown(packets)} packets: ${failure.what}`);
  console.error(`repeat it with: ./run fuzz --packet ${Buffer.from(failure.bytes).toString("hex")}`);
}

try {
  process.exitCode = main();
} catch (thrown) {
  console.error(`fuzz: ${thrown instanceof Error ? thrown.message : thrown}\n${USAGE}`);
  process.exitCode = 2;
}
