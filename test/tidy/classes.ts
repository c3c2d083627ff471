// What one has to know of a class to work on it: what it can do, and what it keeps. It stops growth; what stays above has its ceiling.
import { type Finding, isTest, type Rule } from "./repository.ts";

export const METHODS_MAX = 15;
export const FIELDS_MAX = 12;

// In Biome's format a member begins at the class's indentation and two more.
const WORDS = "(?:(?:private|public|protected|static|override|readonly|abstract|declare|async|get|set) )*";
const METHOD = new RegExp(`^  ${WORDS}\\*?(?:\\[Symbol\\.\\w+\\]|[#\\w]+)(?:<[^>]*>)?\\(`);
const FIELD = new RegExp(`^  ${WORDS}[#\\w]+[?!]?(?::| =|;)`);

interface Class {
  readonly file: string;
  readonly name: string;
  readonly methods: number;
  readonly fields: number;
}

/** Getters and setters are methods, the constructor is none; what `#` or `private` hides counts as the rest does. */
function classesIn(file: string, bare: string): Class[] {
  const lines = bare.split("\n");
  return lines.flatMap((line, start) => {
    const name = /^(?:export )?(?:abstract )?class (\w+)/.exec(line)?.[1];
    if (name === undefined || line.endsWith("{}")) return [];
    const from = lines.findIndex((one, at) => at >= start && one.endsWith("{"));
    const end = lines.findIndex((one, at) => at > from && one.startsWith("}"));
    const members = lines.slice(from + 1, end).filter((one) => /^ {2}[^ }]/.test(one));
    const methods = members.filter((one) => METHOD.test(one) && !one.startsWith("  constructor(")).length;
    const fields = members.filter((one) => !METHOD.test(one) && FIELD.test(one)).length;
    return [{ file, name, methods, fields }];
  });
}

function rule(name: string, most: number, sizeOf: (one: Class) => number, what: string): Rule {
  return {
    name,
    slack: 2,
    check: ({ code }): Finding[] =>
      [...code]
        .filter(([file]) => !isTest(file) && (!file.startsWith("test/") || file.startsWith("test/sim/")))
        .flatMap(([file, { bare }]) => classesIn(file, bare))
        .filter((one) => sizeOf(one) > most)
        .map((one) => ({
          file: one.file,
          what: `${one.name} has ${sizeOf(one)} ${what}`,
          size: sizeOf(one),
        })),
  };
}

export const classMethods = rule(
  `a class has at most ${METHODS_MAX} methods`,
  METHODS_MAX,
  ({ methods }) => methods,
  "methods",
);

export const classFields = rule(
  `a class has at most ${FIELDS_MAX} fields`,
  FIELDS_MAX,
  ({ fields }) => fields,
  "fields",
);
