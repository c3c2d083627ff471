// The style as a test (STYLE.md): what imports what, where IO lives, dead files, sizes, names, and documents that tell
// the truth. What a rule lets pass is written down in tidy/allow-list.ts.
import { expect, test } from "vitest";
import { type Allowed, allowList } from "./tidy/allow-list.ts";
import { classFields, classMethods, FIELDS_MAX, METHODS_MAX } from "./tidy/classes.ts";
import { codeOnly } from "./tidy/code-only.ts";
import { deadFiles } from "./tidy/dead-files.ts";
import {
  citations,
  decisionsListed,
  dependenciesExplained,
  linksAndPaths,
  noTraces,
} from "./tidy/documents.ts";
import { ioPlaces, pureLibraries } from "./tidy/effects.ts";
import { declaredDependencies, importDirections, usedDependencies } from "./tidy/imports.ts";
import { type Finding, type Rule, readRepository, repositoryOf } from "./tidy/repository.ts";
import { roomDirections } from "./tidy/rooms.ts";
import {
  FILE_LINES_MAX,
  FUNCTION_LINES_MAX,
  fileLength,
  folderSize,
  functionLength,
  telling,
} from "./tidy/sizes.ts";
import { plainWords } from "./tidy/words.ts";

const rules: readonly Rule[] = [
  importDirections,
  roomDirections,
  declaredDependencies,
  usedDependencies,
  pureLibraries,
  ioPlaces,
  deadFiles,
  fileLength,
  folderSize,
  functionLength,
  classMethods,
  classFields,
  telling,
  linksAndPaths,
  citations,
  decisionsListed,
  dependenciesExplained,
  noTraces,
  plainWords,
];

const SLACK = 25; // Lines by which an allowed ceiling may be higher than what is there.
const repository = readRepository(`${import.meta.dirname}/..`);

test.each(rules.map((rule) => [rule.name, rule] as const))("%s", (_, rule) => {
  const findings = rule
    .check(repository)
    .filter((finding) => !allowList.some((one) => allows(one, rule, finding)));
  expect(findings.map(({ file, what }) => `${file}: ${what}`)).toEqual([]);
});

test("everything on the allow-list is still needed", () => {
  expect(allowList.filter((one) => !isNeeded(one))).toEqual([]);
});

function allows(one: Allowed, rule: Rule, { file, size = 0 }: Finding): boolean {
  return one.rule === rule.name && one.file === file && size <= (one.atMost ?? 0);
}

function isNeeded(one: Allowed): boolean {
  const rule = rules.find(({ name }) => name === one.rule);
  const findings = rule?.check(repository).filter(({ file }) => file === one.file) ?? [];
  const largest = Math.max(...findings.map(({ size = 0 }) => size));
  return findings.length > 0 && (one.atMost ?? 0) <= largest + (rule?.slack ?? SLACK);
}

// The rules themselves: each sees the fault that it is there for.
const classOf = (member: string, times: number): string => `export class A {\n${member.repeat(times)}}\n`;
const long = (lines: number): string => "const x = 1;\n".repeat(lines);
const glossary = {
  "docs/glossary.md": "## Words that we do not use\n| not | but |\n|---|---|\n| told hence | said |\n",
};
const seen: readonly (readonly [string, Rule, Record<string, string>])[] = [
  [
    "upwards",
    importDirections,
    { "libs/protocol/src/index.ts": 'import { Lease } from "@leasehold/leases";' },
  ],
  ["sideways", importDirections, { "apps/ctl/src/main.ts": 'import "@leasehold/dhcpd";' }],
  ["through the wall", importDirections, { "apps/ctl/src/main.ts": 'import "../../dhcpd/src/main.ts";' }],
  [
    "into another room",
    roomDirections,
    {
      "ARCHITECTURE.md": "## The rooms of dhcpd\n| `relay` | | |\n| `reply` | | `relay` |\n",
      "apps/dhcpd/src/reply/a.ts": 'import "../relay/b.ts";',
      "apps/dhcpd/src/relay/b.ts": 'import "../reply/a.ts";',
    },
  ],
  [
    "out of a room that has no table",
    roomDirections,
    { "ARCHITECTURE.md": "## The rooms of dhcpd\n", "apps/syncer/src/plan/a.ts": 'import "./b.ts";' },
  ],
  [
    "rooms in a circle",
    roomDirections,
    {
      "ARCHITECTURE.md": "## The rooms of dhcpd\n| `relay` | | `reply` |\n| `reply` | | `relay` |\n",
      "apps/dhcpd/src/reply/a.ts": 'import "../relay/b.ts";',
      "apps/dhcpd/src/relay/b.ts": 'import "../reply/a.ts";',
    },
  ],
  [
    "past libs/bus",
    importDirections,
    { "apps/ctl/src/main.ts": 'import { connect } from "@nats-io/transport-node";' },
  ],
  ["undeclared", declaredDependencies, { "apps/ctl/src/main.ts": 'import { z } from "zod";' }],
  [
    "unused",
    usedDependencies,
    { "apps/ctl/package.json": '{"dependencies":{"zod":"1"}}', "apps/ctl/src/main.ts": "" },
  ],
  ["a lost citation", citations, { "libs/bus/src/a.ts": "// see docs/nowhere.md" }],
  ["a clock", pureLibraries, { "libs/leases/src/a.ts": "const now = Date.now();" }],
  ["a bare date", pureLibraries, { "libs/leases/src/a.ts": "const now = new Date();" }],
  ["a timer", pureLibraries, { "libs/leases/src/a.ts": "setTimeout(() => {}, 1);" }],
  ["a file", pureLibraries, { "libs/leases/src/a.ts": 'import { readFileSync } from "node:fs";' }],
  ["IO in the middle", ioPlaces, { "apps/dhcpd/src/answer.ts": 'import dgram from "node:dgram";' }],
  [
    "dead",
    deadFiles,
    { "libs/leases/package.json": '{"exports":{".":"./src/index.ts"}}', "libs/leases/src/a.ts": "" },
  ],
  ["a long file", fileLength, { "libs/leases/src/a.ts": long(FILE_LINES_MAX + 1) }],
  [
    "a class with many methods",
    classMethods,
    { "libs/leases/src/a.ts": classOf("  private f(): void {}\n", METHODS_MAX + 1) },
  ],
  [
    "a class with many fields",
    classFields,
    { "test/sim/a.ts": classOf("  private readonly f: number = 1;\n", FIELDS_MAX + 1) },
  ],
  [
    "a long function",
    functionLength,
    { "libs/leases/src/a.ts": `export function f(): void {\n${long(FUNCTION_LINES_MAX)}}\n` },
  ],
  ["utils", telling, { "libs/leases/src/utils.ts": "" }],
  ["a broken link", linksAndPaths, { "README.md": "[the map](docs/map.md)" }],
  ["a lost heading", linksAndPaths, { "README.md": "# One\n[two](#two)" }],
  ["a wrong path", linksAndPaths, { "README.md": "see `libs/nothing/src/index.ts`." }],
  ["an unlisted decision", decisionsListed, { "docs/adr/0001-x.md": "", "docs/adr/README.md": "" }],
  [
    "an unexplained dependency",
    dependenciesExplained,
    { "apps/ctl/package.json": '{"dependencies":{"left-pad":"1"}}' },
  ],
  [
    "a dropped word in a document",
    plainWords,
    { ...glossary, "README.md": "It is `told`, and told\nhence." },
  ],
  [
    "a dropped word in a message",
    plainWords,
    { ...glossary, "apps/ctl/src/a.ts": 'const told = "told"; // told you so\nsay("It was told hence.");' },
  ],
  ["a glossary without its table", plainWords, { "docs/glossary.md": "" }],
  ["a machine", noTraces, { "README.md": ["cd ", "home", "somebody"].join("/") }],
];

test.each(seen)("sees %s", (_, rule, files) => {
  expect(rule.check(repositoryOf(new Map(Object.entries(files))))).toHaveLength(1);
});

test("comments and texts are not code", () => {
  const lines = ['a("Date.now()"); // Math.random()', "/* x */ b(/[\"']/, `$", "{c(`d`)} e`); f"];
  const { bare, withStrings } = codeOnly(`${lines[0]}\n${lines[1]}${lines[2]}`);
  expect(bare.replaceAll(/ +/g, " ").split("\n")).toEqual(['a(" "); ', " b(/ /, ` `); f"]);
  expect(bare).toHaveLength(withStrings.length);
  expect(withStrings).toContain('a("Date.now()");');
  expect(withStrings).not.toContain("Math");
});

test("what the rules should not see, they do not see", () => {
  const files = {
    "libs/leases/src/a.ts": '// Date.now() is for apps.\nconst at = new Date(0);\nconst text = "setTimeout";',
    "README.md": "`apps/*/src/io/`, https://example.org/docs/adr/x and [here](#one)\n# One",
  };
  const repository = repositoryOf(new Map(Object.entries(files)));
  expect([pureLibraries, linksAndPaths].flatMap((rule) => rule.check(repository))).toEqual([]);
});
