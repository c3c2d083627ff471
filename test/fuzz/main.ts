// `./run fuzz [--seconds N] [--count N] [--seed N]`: mutated packets through the codec; ten million of them when no limit
// is given. Exits with 1 at a throw, a contradiction or a slow packet, and prints that packet: `./run fuzz --packet HEX`
// repeats it alone. Then changed messages of NATS and records through all that reads them, and changed TFTP packets through
// codec and transfers; a million of each when no limit is given.
// `--wire`: instead, a million of these to a live node and syncer through a real nats-server.

import { parseArgs } from "node:util";
import { exercise } from "./exercise.ts";
import { type FuzzReport, fuzz } from "./fuzz.ts";
import { fuzzOnTheWire, type Look } from "./on-the-wire.ts";
import { fuzzOutside, type OutsideReport, repeatOutside } from "./outside.ts";
import { fuzzTftp, type TftpFuzzReport } from "./tftp.ts";

const USAGE =
  "usage: ./run fuzz [--seconds N] [--count N] [--seed N] | --wire [--count N] [--seed N] | [--target NAME] --packet HEX";
const COUNT_DEFAULT = 10_000_000;
const OUTSIDE_DEFAULT = 1_000_000;
const WIRE_DEFAULT = 1_000_000;

const options = {
  seconds: { type: "string" },
  count: { type: "string" },
  seed: { type: "string" },
  packet: { type: "string" },
  target: { type: "string" },
  wire: { type: "boolean" },
} as const;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  if (values.packet !== undefined) return repeat(values.packet, values.target);
  const seconds = wholeNumber("--seconds", values.seconds ?? positionals[0]);
  const count = wholeNumber("--count", values.count) ?? (seconds === undefined ? COUNT_DEFAULT : undefined);
  const seed = wholeNumber("--seed", values.seed) ?? Date.now();
  console.log(`fuzz: seed ${seed}`);
  if (values.wire) return onTheWire(wholeNumber("--count", values.count) ?? WIRE_DEFAULT, seed);
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
  const tftp = fuzzTftp({
    seed,
    ...(seconds === undefined ? {} : { seconds }),
    ...(count === undefined ? {} : { count: Math.min(count, OUTSIDE_DEFAULT) }),
  });
  tellTftp(tftp, seed);
  return [report, outside, tftp].every(({ failure }) => failure === undefined) ? 0 : 1;
}

function tellTftp({ count, seconds, outcomes, failure }: TftpFuzzReport, seed: number): void {
  console.log(`fuzz: ${count.toLocaleString("en")} TFTP packets in ${seconds.toFixed(1)} s`);
  for (const [outcome, n] of outcomes) console.log(`  ${n.toLocaleString("en").padStart(12)}  ${outcome}`);
  if (failure === undefined) return;
  console.error(`fuzz: FAILED at ${Buffer.from(failure.octets).toString("hex")}: ${failure.what}`);
  console.error(`repeat it with: ./run fuzz --seed ${seed} --count ${count + 1}`);
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

async function onTheWire(count: number, seed: number): Promise<number> {
  const shown = (n: number): string => n.toLocaleString("en");
  const memoryOf = ({ memory }: Look) =>
    `dhcpd ${memory.dhcpd} MiB, syncer ${memory.syncer} MiB, nats-server ${memory.nats} MiB`;
  const report = await fuzzOnTheWire({
    ...{ count, seed },
    onProgress: (look, sent) =>
      console.log(`fuzz: ${shown(sent)} sent; a lease took ${look.leaseMs.toFixed(0)} ms; ${memoryOf(look)}`),
  });
  const { sent, seconds, rejected, looks, failures, words } = report;
  console.log(
    `fuzz: ${shown(count)} in ${seconds.toFixed(1)} s, ${shown(Math.round(count / seconds))} a second`,
  );
  for (const [kind, n] of Object.entries(sent)) console.log(`  ${shown(n).padStart(9)} of ${kind}`);
  for (const [metric, n] of rejected) console.log(`  ${shown(n).padStart(9)}  ${metric}`);
  console.log(`fuzz: at first ${memoryOf(looks[0]!)}; at last ${memoryOf(looks.at(-1)!)}`);
  for (const failure of failures) console.error(`fuzz: FAILED: ${failure}`);
  if (failures.length > 0) console.error(words.slice(-5000));
  else console.log("fuzz: both connections stayed, the node is ready, and clients were answered throughout");
  return failures.length > 0 ? 1 : 0;
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
  process.exitCode = await main();
} catch (thrown) {
  console.error(`fuzz: ${thrown instanceof Error ? thrown.message : thrown}\n${USAGE}`);
  process.exitCode = 2;
}
