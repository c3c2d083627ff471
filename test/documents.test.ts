// The examples in the documents are right: what they show as a file is read by the program that it is for, and what they
// show as a command exists. (Paths and links are held by tidy.test.ts.)
import { compileNetwork, readNetwork } from "@leasehold/network";
import { expect, test } from "vitest";
import { commands } from "../apps/ctl/src/commands/index.ts";
import { globalOptions } from "../apps/ctl/src/global-options.ts";
import { readNodeFile } from "../apps/dhcpd/src/node-file.ts";
import { readSyncerFile } from "../apps/syncer/src/syncer-file.ts";
import { readRepository } from "./tidy/repository.ts";

interface Example {
  readonly place: string;
  readonly language: string;
  readonly text: string;
}

const { files } = readRepository(`${import.meta.dirname}/..`);
const documents = [...files].filter(([path]) => path.endsWith(".md"));
const examples: readonly Example[] = documents.flatMap(([path, text]) =>
  [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map((match) => ({
    place: `${path}:${text.slice(0, match.index).split("\n").length}`,
    language: match[1]!,
    text: match[2]!,
  })),
);

const yaml = (key: string) =>
  examples.filter(({ language, text }) => language === "yaml" && new RegExp(`^${key}:`, "m").test(text));

test.each(yaml("subnets"))("the network document at $place is valid", ({ text }) => {
  const read = readNetwork(text);
  expect(read).toMatchObject({ ok: true });
  if (read.ok) expect(compileNetwork(read.document, 1).revision).toBe(1);
});

test.each(yaml("interfaces"))("the node file at $place is valid", ({ place, text }) => {
  expect(readNodeFile(text, place)).toMatchObject({ ok: true });
});

test.each(yaml("sources"))("the syncer's file at $place is valid", ({ place, text }) => {
  expect(readSyncerFile(text, place)).toMatchObject({ ok: true });
});

const lines = (begin: RegExp) =>
  examples
    .filter(({ language }) => language === "sh")
    .flatMap(({ place, text }) => [...text.matchAll(begin)].map((match) => ({ place, line: match[0] })));

test.each(lines(/\bleasehold [^#;&|\n]*/g))("`$line` at $place is a command of ctl", ({ line }) => {
  const [, ...words] = line.trim().split(/\s+/);
  const said = words.filter((word) => !word.startsWith("-"));
  const named = (name: string | undefined) => commands.find((one) => one.name === name);
  const command = named(said.slice(0, 2).join(" ")) ?? named(said[0]);
  expect(command).toBeDefined();
  const known = Object.keys({ ...globalOptions, ...command!.options });
  const used = words.filter((word) => word.startsWith("--")).map((word) => word.slice(2).split("=", 1)[0]);
  expect(used.filter((option) => !known.includes(option!))).toEqual([]);
});

const runCommands = [...files]
  .filter(([path]) => path.startsWith("test/run/"))
  .flatMap(([, text]) => [...text.matchAll(/^\s+name: "([\w-]+)"/gm)].map((match) => match[1]));

const runs = documents.flatMap(([place, text]) =>
  [...text.matchAll(/\.\/run ([a-z]+(?:-[a-z]+)*)/g)].map((match) => ({ place, name: match[1]! })),
);

test.each(runs)("`./run $name` in $place exists", ({ name }) => {
  expect(runCommands).toContain(name);
});

// What the code can say and the documents explain. `pattern` finds the words in the code.
const explained: readonly (readonly [file: string, pattern: RegExp, document: string])[] = [
  ["libs/leases/src/decide/decision.ts", /^ {2}\| "([a-z-]+)"/gm, "docs/leases.md"],
  ["libs/protocol/src/packet/layout.ts", /^ {2}"([a-z-]+)",/gm, "docs/leases.md"],
  ["apps/dhcpd/src/exchange/drop-reason.ts", /^ {2}\| "([a-z-]+)"/gm, "docs/leases.md"],
  ["apps/dhcpd/src/io/api/metrics.ts", /"(leasehold_\w+)"/g, "docs/operate.md"],
  ["apps/dhcpd/src/request/bootp.ts", /^ {2}\| "([a-z-]+)"/gm, "docs/leases.md"],
  ["apps/dhcpd/src/leasequery/leasequery.ts", /^ {2}\| "(leasequery-[a-z-]+)"/gm, "docs/leases.md"],
  ["libs/network/src/client-quirks.ts", /^ {2}"([a-z-]+)":/gm, "docs/compatibility.md"],
  ["apps/dhcpd/src/intake/limits.ts", /"([a-z-]+-rate)"/g, "docs/leases.md"],
  ["apps/dhcpd/test/service/document-changes.test.ts", /^ {2}\[\s*"(.+?)",/gm, "docs/leases.md"],
  ["apps/ctl/src/commands/index.ts", /^ {2}(\w+),/gm, "docs/cli.md"],
];

test.each(explained)("all that %s can say is explained", (file, pattern, document) => {
  const words = [...files.get(file)!.matchAll(pattern)].map((match) => match[1]!);
  expect(words.length).toBeGreaterThan(0);
  expect(words.filter((word) => !files.get(document)?.includes(word))).toEqual([]);
});

test("docs/api.md has every route of a node", () => {
  const routes = [...files]
    .filter(([file]) => /^apps\/dhcpd\/src\/io\/api\/[\w-]+(?<!\.test)\.ts$/.test(file))
    .flatMap(([, text]) => [...text.matchAll(/"(\/api\/v1\/[\w/:-]+)"/g)].map((match) => match[1]!))
    .map((route) => route.replaceAll(/:(\w+)/g, "<$1>"));
  expect(routes.length).toBeGreaterThan(10);
  expect(routes.filter((route) => !files.get("docs/api.md")!.includes(route))).toEqual([]);
});

// docs/rfc.md: clause | what | file | test.
const rfc = files.get("docs/rfc.md")!;
const clauseRows = rfc
  .split("\n")
  .filter((line) => /^\| RFC \d/.test(line))
  .map((line) => line.slice(1, -1).split(" | "));

test("every clause in docs/rfc.md has a file and a test that are there, or says why it is not done", () => {
  const faults = clauseRows.flatMap(([clause, what, file = "", test = ""]) => {
    const paths = [...`${file} ${test}`.matchAll(/`([\w./-]+\.ts)`/g)].map((match) => match[1]!);
    const missing = paths.filter((path) => !files.has(path)).map((path) => `${clause}: no file ${path}`);
    const isHeld = /\.ts`/.test(file) && /\.test\.ts`/.test(test);
    const isReasoned = paths.length === 0 && /not done|not kept/.test(what!);
    return isHeld || isReasoned ? missing : [...missing, `${clause}: ${what}: neither a test nor a reason`];
  });
  expect(clauseRows.length).toBeGreaterThan(150);
  expect(faults).toEqual([]);
});

const clauses = [...rfc.matchAll(/`([\w./-]+\.test\.ts)`: "([^"]+)"/g)];
/** What stands in a string or names a property: a title is no comment. */
const QUOTED = /"(?:[^"\\\n]|\\.)*"|`[^`]*`/g;

test.each(clauses.map(([, file, title]) => [file!, title!] as const))(
  "docs/rfc.md: %s has %s",
  (file, title) => {
    const titles = [...(files.get(file) ?? "").matchAll(QUOTED)].map(String);
    expect(titles.some((each) => each.includes(title))).toBe(true);
  },
);
