// The words that docs/glossary.md drops are in no sentence for users: not in the documents, nor in what the programs say.
import { literalsOf } from "./code-only.ts";
import { type Finding, isTest, type Repository, type Rule } from "./repository.ts";

const GLOSSARY = "docs/glossary.md";
const HEADING = "## Words that we do not use";

export const plainWords: Rule = {
  name: "no sentence for users has a word that docs/glossary.md drops",
  check: (repository) => {
    const dropped = droppedWords(repository.files.get(GLOSSARY) ?? "");
    if (dropped.length === 0) return [{ file: GLOSSARY, what: "has no table of words that are not used" }];
    const word = new RegExp(String.raw`(?<![\w/-])(?:${dropped.join("|")})(?![\w/-])`, "gi");
    return [...documents(repository), ...messages(repository)].flatMap(({ file, text, line }) =>
      [...text.matchAll(word)].map((found): Finding => {
        const at = line + text.slice(0, found.index).split("\n").length - 1;
        return { file, what: `line ${at}: "${found[0]}" (${GLOSSARY} says what to write instead)` };
      }),
    );
  },
};

interface Sentences {
  readonly file: string;
  readonly text: string;
  readonly line: number; // On which the text begins.
}

/** The first column of the table, whose cells may name several words. */
function droppedWords(glossary: string): string[] {
  const [, table = ""] = glossary.split(HEADING);
  const rows = [...table.matchAll(/^\| ([^|]+) \|/gm)].map(([, cell]) => cell!.trim());
  return rows
    .slice(1)
    .filter((cell) => !/^-+$/.test(cell))
    .flatMap((cell) => cell.split(", "))
    .map((word) => word.replaceAll(" ", String.raw`\s+`));
}

/** Code, where a link goes, and the title of a test behind the name of its file. */
const NO_PROSE = /`[^`]*`(?:: "[^"]*")?|\]\([^)]*\)/g;
const blank = (part: string): string => part.replaceAll(/[^\n]/g, " ");

/** Without code: keys, names and what programs print have the words that they have. */
function* documents({ files }: Repository): Generator<Sentences> {
  for (const [file, text] of files) {
    if (!/^(?:docs\/[^/]+|README|CONTRIBUTING|ARCHITECTURE)\.md$/.test(file) || file === GLOSSARY) continue;
    const prose = text.replaceAll(/^```\w*\n.*?^```$/gms, blank).replaceAll(NO_PROSE, blank);
    yield { file, text: prose, line: 1 };
  }
}

/** What the programs say: their strings of more than two words, without the code in them. */
function* messages({ files }: Repository): Generator<Sentences> {
  for (const [file, code] of files) {
    if (!/^(?:apps|libs)\/[^/]+\/src\/.*\.ts$/.test(file) || isTest(file)) continue;
    for (const [at, literal] of literalsOf(code)) {
      const text = literal.replaceAll(/\$\{[^}]*\}|\\`[^`]*`/g, blank);
      if (/\w \w+ \w/.test(text)) yield { file, text, line: code.slice(0, at).split("\n").length };
    }
  }
}
