// Where results are kept: always as JSON under bench-results/, and, when they are to be published, in the documents: JSON and plots
// in docs/performance/, tables between the markers of docs/performance.md. No figure there is typed by hand.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { root } from "../run/child.ts";
import { doubts, type Machine } from "./machine.ts";
import type { Run, Step } from "./measure.ts";

export interface Result {
  /** Its section in the document, and the names of its files. */
  readonly subject: string;
  readonly command: string;
  readonly at: string;
  readonly machine: Machine;
  readonly seconds: number;
}

export interface Shown {
  readonly markdown: string;
  /** SVG by name. */
  readonly plots?: Readonly<Record<string, string>>;
}

const DOCUMENT = "docs/performance.md";

/** Keeps a result and prints it; answers with the files written. */
export function keep(result: Result, { markdown, plots = {} }: Shown, isPublished: boolean): void {
  write(`bench-results/${result.subject}.json`, JSON.stringify(result, undefined, 1));
  const trouble = doubts(result.machine);
  console.log(`\n${markdown}\n\nkept in bench-results/${result.subject}.json`);
  for (const each of trouble) console.log(`DOUBTFUL: ${each}`);
  if (!isPublished) return;
  if (trouble.length > 0) throw new Error("Doubtful figures are not published.");
  const images = Object.entries(plots).map(([name, svg]) => {
    write(`docs/performance/${name}.svg`, svg);
    return `![${name}](performance/${name}.svg)`;
  });
  write(`docs/performance/${result.subject}.json`, published(result));
  const text = [markdown, ...images, circumstances(result)].join("\n\n");
  const document = readFileSync(root + DOCUMENT, "utf8");
  writeFileSync(root + DOCUMENT, replaceSection(document, result.subject, text));
  console.log(`published in ${DOCUMENT}`);
}

/** For the documents: a line an entry, five digits a number, and of each step of a search `[rate, offered, completed]`. */
export function published(result: object): string {
  const short = (key: string, value: unknown) => {
    if (key === "runs")
      return (value as Run[]).map(({ best: _, steps, ...run }) => ({ ...run, steps: steps.map(rates) }));
    return typeof value === "number" ? Number(value.toPrecision(5)) : value;
  };
  const lines = Object.entries(result).map((entry) =>
    JSON.stringify(Object.fromEntries([entry]), short).slice(1, -1),
  );
  return `{\n${lines.join(",\n")}\n}\n`;
}

const rates = ({ rate, offered, completed }: Step) => [rate, offered, completed];

/** What stands between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->` is replaced. */
export function replaceSection(document: string, name: string, text: string): string {
  const [open, close] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`];
  const [start, end] = [document.indexOf(open), document.indexOf(close)];
  if (start < 0 || end < start) throw new Error(`${DOCUMENT} has no place for "${name}": ${open} … ${close}`);
  return `${document.slice(0, start + open.length)}\n${text}\n${document.slice(end)}`;
}

function circumstances({ command, at, machine, seconds, subject }: Result): string {
  const { processors, processor, memoryGiB, kernel, fileSystem, node, commit, busyPercent } = machine;
  return `\`${command}\` on ${at.slice(0, 10)} at commit ${commit}, ${seconds} s: ${processors} × ${processor}, ${memoryGiB} GiB, Linux ${kernel}, ${fileSystem}, Node ${node}; ${busyPercent} % busy before the start. [All values](performance/${subject}.json).`;
}

function write(file: string, content: string): void {
  mkdirSync(root + file.slice(0, file.lastIndexOf("/")), { recursive: true });
  writeFileSync(root + file, content);
}
