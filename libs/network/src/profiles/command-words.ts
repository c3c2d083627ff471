// Where in a script of one's own a value may stand: never as the word that says what is done. A value has no white space and no operator
// (libs/boot checks that), so that everywhere else it cannot make a command of its own.
import type { ScriptFormat } from "./profile-schema.ts";
import type { ParsedTemplate, TemplateMistake } from "./template.ts";

/** After these another command begins, in the words of each language. */
const STARTS: Readonly<Record<ScriptFormat, ReadonlySet<string>>> = {
  ipxe: new Set(["||", "&&", ";"]),
  grub: new Set(["||", "&&", ";", "!", "{", "if", "then", "elif", "else", "while", "until", "do"]),
  pxelinux: new Set(),
  "u-boot": new Set(["||", "&&", ";", "!", "if", "then", "elif", "else", "while", "until", "do"]),
};

/** What parts words: in GRUB's and U-Boot's shells an operator needs no space around it. */
const WORDS: Readonly<Record<ScriptFormat, RegExp>> = {
  ipxe: /\S+/g,
  grub: /\|\||&&|[;{}]|[^\s;|&{}]+/g,
  pxelinux: /\S+/g,
  "u-boot": /\|\||&&|;|[^\s;|&]+/g,
};

/** What stands for a value while words are looked at: no language has it. */
const MARK = "\u0001";

export function commandWordMistakes(format: ScriptFormat, { template }: ParsedTemplate): TemplateMistake[] {
  const values = template.filter((piece) => typeof piece !== "string");
  const written = template.map((piece) => (typeof piece === "string" ? piece : MARK)).join("");
  // A backslash at the end of a line joins it with the next one.
  const text = format === "pxelinux" ? written : written.replaceAll("\\\n", "");
  let seen = 0;
  return text.split("\n").flatMap((line) => {
    const mistakes: TemplateMistake[] = [];
    let isCommand = true;
    for (const [word] of line.matchAll(WORDS[format])) {
      const count = word.split(MARK).length - 1;
      const value = values[seen];
      if (isCommand && count > 0 && value !== undefined) mistakes.push(asCommand(value));
      seen += count;
      isCommand = STARTS[format].has(word);
    }
    return mistakes;
  });
}

function asCommand({ name, offset }: { name: string; offset: number }): TemplateMistake {
  return {
    offset,
    found: `{${name}} as a command`,
    expected: "a command of the script's own, with values behind it",
    fix: "Write the command itself: what the inventory says must not choose it.",
  };
}
