// The words after `./run lab <command>`: our options, the command's words, and what is passed on to another program.
import { parseArgs } from "node:util";

const options = {
  name: { type: "string" },
  network: { type: "string" },
  inventory: { type: "string" },
  nodes: { type: "string" },
  clients: { type: "string" },
  clocks: { type: "boolean" },
  disks: { type: "boolean" },
  boot: { type: "boolean" },
  "sync-interval": { type: "string" },
} as const;

export interface Words {
  readonly values: ReturnType<typeof parseArgs<{ options: typeof options }>>["values"];
  readonly positionals: readonly string[];
  /** What stood after `--`, or after the command's own words. */
  readonly rest: readonly string[];
}

/** @throws Error naming an option that there is not. */
export function wordsOf(words: readonly string[], positionalsMax: number): Words {
  const end = endOfOurs(words, positionalsMax);
  const args = words.slice(0, end).map(shielded);
  const { values, positionals: shown } = parseArgs({ args, allowPositionals: true, options });
  const positionals = shown.map((word) => word.trimStart());
  const rest = words.slice(end);
  return { values, positionals, rest: rest[0] === "--" ? rest.slice(1) : rest };
}

/** A number below zero is no option. */
const shielded = (word: string) => (/^-\d/.test(word) ? ` ${word}` : word);

function endOfOurs(words: readonly string[], positionalsMax: number): number {
  const { tokens } = parseArgs({
    args: words.map(shielded),
    allowPositionals: true,
    strict: false,
    tokens: true,
    options,
  });
  const own = tokens.filter(({ kind }) => kind === "positional");
  const terminator = tokens.find(({ kind }) => kind === "option-terminator");
  return Math.min(own[positionalsMax]?.index ?? words.length, terminator?.index ?? words.length);
}

/** Takes `--name X` out of words that are passed on. */
export function takeName(words: readonly string[]): { name?: string; others: readonly string[] } {
  const at = words.indexOf("--name");
  const name = at < 0 ? undefined : words[at + 1];
  return name === undefined ? { others: words } : { name, others: words.toSpliced(at, 2) };
}
