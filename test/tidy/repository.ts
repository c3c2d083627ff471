// The project as texts: every file that is not ignored, read once. The rules see this and nothing else.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Code, codeOnly } from "./code-only.ts";

export interface Repository {
  readonly files: ReadonlyMap<string, string>; // Path from the root, with slashes → text. Binary files are left out.
  readonly code: ReadonlyMap<string, Code>; // The same for *.ts, without comments.
  has(path: string): boolean; // A file, or a folder that holds one.
}

export interface Finding {
  readonly file: string;
  readonly what: string;
  readonly size?: number; // For ceilings: how much it is.
}

export interface Rule {
  readonly name: string;
  readonly slack?: number; // By how much an allowed ceiling may be higher than what is there; else 25, in lines.
  check(repository: Repository): Finding[];
}

export function readRepository(root: string): Repository {
  const ignored = ignoredNames(readFileSync(join(root, ".gitignore"), "utf8"));
  const files = new Map<string, string>();
  walk(root, "", ignored, files);
  return repositoryOf(files);
}

export function repositoryOf(files: ReadonlyMap<string, string>): Repository {
  const code = new Map(
    [...files].filter(([path]) => path.endsWith(".ts")).map(([path, text]) => [path, codeOnly(text)]),
  );
  const paths = new Set(files.keys());
  for (const path of files.keys()) {
    for (let at = path.indexOf("/"); at > 0; at = path.indexOf("/", at + 1)) paths.add(path.slice(0, at));
  }
  return { files, code, has: (path) => paths.has(path.replace(/\/$/, "")) };
}

function walk(root: string, folder: string, ignored: ReadonlySet<string>, files: Map<string, string>): void {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    if (ignored.has(entry.name)) continue;
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) walk(root, path, ignored, files);
    else if (entry.isFile() && !entry.name.endsWith(".log")) {
      const bytes = readFileSync(join(root, path));
      if (!bytes.includes(0)) files.set(path, bytes.toString("utf8"));
    }
  }
}

function ignoredNames(gitignore: string): Set<string> {
  // Without a slash at its end a name is ignored as a link, too.
  const names = gitignore.split("\n").filter((line) => /^\/?[^*/]+\/?$/.test(line));
  return new Set([".git", ...names.map((line) => line.replaceAll("/", ""))]);
}

export const isTest = (path: string): boolean =>
  path.endsWith(".test.ts") || /^[a-z]+\/[a-z-]+\/test\//.test(path);
