// Ceilings on what one has to hold in one's head. They stop growth; the aim is half of them (STYLE.md).
import { type Finding, isTest, type Rule } from "./repository.ts";

export const FILE_LINES_MAX = 400;
export const FUNCTION_LINES_MAX = 60;

export const fileLength: Rule = {
  name: `a file has at most ${FILE_LINES_MAX} lines`,
  check: ({ code, files }) =>
    [...code.keys()].flatMap((file) => {
      const size = files.get(file)!.split("\n").length - 1;
      return size > FILE_LINES_MAX ? [{ file, what: `has ${size} lines`, size }] : [];
    }),
};

export const FOLDER_MODULES_MAX = 16;

export const folderSize: Rule = {
  name: `a folder has at most ${FOLDER_MODULES_MAX} modules`,
  slack: 0,
  check: ({ code }) => {
    const modules = new Map<string, number>();
    for (const file of code.keys()) {
      const folder = file.slice(0, file.lastIndexOf("/"));
      if (!file.endsWith(".test.ts")) modules.set(folder, (modules.get(folder) ?? 0) + 1);
    }
    return [...modules].flatMap(([file, size]) =>
      size > FOLDER_MODULES_MAX ? [{ file, what: `has ${size} modules`, size }] : [],
    );
  },
};

// In Biome's format a block ends at the first line that closes it with the indentation of the line that opened it.
const OPENS =
  /^(\s*)(?!.*\b(if|for|while|switch|else|do|try|catch|finally)\b.*\{$)(.*(\bfunction\b.*|=> |\): [^=]*|\w\([^=]*\) )|\)(: [^=]*)? )\{$/;

export const functionLength: Rule = {
  name: `a function has at most ${FUNCTION_LINES_MAX} lines`,
  check: ({ code }) =>
    [...code]
      .filter(([file]) => !isTest(file) && !file.startsWith("test/"))
      .flatMap(([file, { bare }]) => longFunctions(file, bare)),
};

function longFunctions(file: string, bare: string): Finding[] {
  const lines = bare.split("\n");
  return lines.flatMap((line, start) => {
    const opening = OPENS.exec(line);
    if (!opening) return [];
    const indent = opening[1]!;
    const end = lines.findIndex((one, index) => index > start && one.startsWith(`${indent}}`));
    const size = end - start + 1;
    return size > FUNCTION_LINES_MAX
      ? [{ file, what: `line ${start + 1}: a function of ${size} lines`, size }]
      : [];
  });
}

const EMPTY_NAMES = /^(utils?|helpers?|common|manager|misc|types)$/;

export const telling: Rule = {
  name: "no file or folder has a name that says nothing",
  check: ({ code }) =>
    [...code.keys()].flatMap((file) => {
      const empty = file
        .replace(/(\.test)?\.ts$/, "")
        .split("/")
        .find((part) => EMPTY_NAMES.test(part));
      return empty === undefined ? [] : [{ file, what: `"${empty}" does not say what is in it` }];
    }),
};
