// What --check says of what bootd.yaml names.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatProblem } from "@leasehold/document";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readBootFile } from "./boot-file.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "leasehold-boot-file-"));
  writeFileSync(join(folder, "note"), "no certificate");
});
afterAll(() => rmSync(folder, { recursive: true }));

function problemsOf(root: string, http = "{}"): string[] {
  const content = `
name: n1
nats: { servers: ["10.77.0.11:4222"] }
api: { token: "0123456789abcdef0123456789abcdef" }
files: { root: ${JSON.stringify(root)} }
http: ${http}
`;
  const checked = readBootFile(content, "bootd.yaml", (name) => readFileSync(name, "utf8"));
  return checked.ok ? [] : checked.problems.map(formatProblem);
}

test("a folder that is there", () => {
  expect(problemsOf(folder)).toEqual([]);
});

test("no folder, and a file in its place, with their line", () => {
  expect(problemsOf(`${folder}/nothing`)).toEqual([
    expect.stringMatching(/^bootd\.yaml:5:\d+: files\.root: found \S+\/nothing: there is no such folder, /),
  ]);
  expect(problemsOf(`${folder}/note`)).toEqual([expect.stringMatching(/note, which is no folder/)]);
});

test("files of http.tls that are missing, or hold something else", () => {
  const tls = `{ tls: { cert: "${folder}/note", key: "${folder}/nothing" } }`;
  expect(problemsOf(folder, tls)).toEqual([
    expect.stringMatching(/http\.tls\.cert: .*expected certificates in PEM/),
    expect.stringMatching(/http\.tls\.key: .*there is no such file/),
  ]);
});
