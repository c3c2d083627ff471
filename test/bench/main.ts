// `./run bench [SUBJECT]`: figures of this machine. Each subject measures, and shows what it measured.

import { Lab } from "../lab/lab.ts";
import { defaultName } from "../lab/layout.ts";
import { againAsRoot } from "../lab/without-root.ts";
import { ensureTools } from "../run/debian-packages.ts";
import { describeMachine, doubts } from "./machine.ts";
import { keep, type Result } from "./results.ts";
import { subjects } from "./subjects.ts";
import { type Words, wordsOf } from "./words.ts";

const HELP = `usage: ./run bench [SUBJECT] [--publish] [--busy] [options]
${subjects.map(({ name, usage, about }) => `  ${`${name} ${usage}`.padEnd(44)} ${about}`).join("\n")}
--publish writes the figures and plots into docs/performance.md; --busy measures on a busy machine, too.`;

async function bench(args: readonly string[]): Promise<number> {
  const words = wordsOf(args);
  const subject = subjects.find(({ name }) => name === words.subject);
  if (!subject) {
    console.log(HELP);
    return words.subject === "help" ? 0 : 2;
  }
  await ensureTools(console.log, ["ip", "perfdhcp", "curl", "nft", "ethtool", "atftp"]);
  const machine = await describeMachine();
  if (!words.busy && doubts(machine).some((doubt) => /busy/.test(doubt))) {
    console.error(`bench: ${doubts(machine).join(" ")}\nbench: \`--busy\` goes on all the same.`);
    return 1;
  }
  const labName = `${defaultName()}bench`;
  removeWhenInterrupted(labName);
  const began = performance.now();
  try {
    const measured = await subject.measure(words, labName);
    const result: Result = {
      subject: subject.name,
      command: commandOf(args),
      at: new Date().toISOString(),
      machine,
      seconds: Math.round((performance.now() - began) / 1000),
      ...measured,
    };
    keep(result, subject.show(result), isPublished(words));
  } finally {
    await Lab.remove(labName);
  }
  return 0;
}

const commandOf = (args: readonly string[]) =>
  ["./run bench", ...args.filter((word) => word !== "--publish")].join(" ");

const isPublished = ({ publish, busy }: Words) => publish && !busy;

function removeWhenInterrupted(labName: string): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void Lab.remove(labName).finally(() => process.exit(130)));
  }
}

try {
  process.exitCode = (await againAsRoot()) ?? (await bench(process.argv.slice(2)));
} catch (cause) {
  console.error(`bench: ${(cause as Error).stack}`);
  process.exitCode = 1;
}
