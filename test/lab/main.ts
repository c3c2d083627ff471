// `./run lab …`: the lab from the command line. What a program may read is on stdout, what a person reads while waiting
// on stderr.
import { parseArgs } from "node:util";
import { commands, type Words } from "./commands.ts";
import { againAsRoot } from "./without-root.ts";

const options = {
  name: { type: "string" },
  network: { type: "string" },
  inventory: { type: "string" },
  nodes: { type: "string" },
  clients: { type: "string" },
} as const;

function wordsOf(words: readonly string[], positionalsMax: number): Words {
  const end = endOfOurs(words, positionalsMax);
  const { values, positionals } = parseArgs({ args: words.slice(0, end), allowPositionals: true, options });
  const rest = words.slice(end);
  return { values, positionals, rest: rest[0] === "--" ? rest.slice(1) : rest };
}

// What comes after `--`, or after as many words as the command takes, belongs to the program that is to run on a host.
function endOfOurs(words: readonly string[], positionalsMax: number): number {
  const { tokens } = parseArgs({
    args: [...words],
    allowPositionals: true,
    strict: false,
    tokens: true,
    options,
  });
  const own = tokens.filter(({ kind }) => kind === "positional");
  const terminator = tokens.find(({ kind }) => kind === "option-terminator");
  return Math.min(own[positionalsMax]?.index ?? words.length, terminator?.index ?? words.length);
}

async function lab(): Promise<number> {
  const [name = "help", ...words] = process.argv.slice(2);
  const command = commands[name];
  if (!command)
    throw new Error(`There is no command "lab ${name}"; there are ${Object.keys(commands).join(", ")}.`);
  return (await againAsRoot()) ?? (await command(wordsOf(words, name === "exec" ? 1 : 3))) ?? 0;
}

try {
  process.exitCode = await lab();
} catch (cause) {
  console.error(`lab: ${(cause as Error).message}`);
  process.exitCode = 1;
}
