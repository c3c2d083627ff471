// What the documents name exists, decisions are listed, dependencies are explained, and no machine has left its traces.
import { posix } from "node:path";
import { dependenciesOf } from "./imports.ts";
import type { Finding, Repository, Rule } from "./repository.ts";

const LINK = /\]\(([^)\s]+)\)/g;
const PATH = /(?<![\w/.@:-])(?<!\]\()(?:\.\/)?(?:apps|libs|test|docs|infra)\/[\w@./*<>…-]+/g;

const markdown = ({ files }: Repository): [string, string][] =>
  [...files].filter(([path]) => path.endsWith(".md"));

/** What the bench has written: its names are those of the commit that was measured. */
const MEASURED = /<!-- bench:(\w+) -->.*?<!-- \/bench:\1 -->/gs;

export const linksAndPaths: Rule = {
  name: "every link and path in the documents exists",
  check: (repository) =>
    markdown(repository).flatMap(([file, text]) => [
      ...brokenLinks(repository, file, text),
      ...brokenPaths(repository, file, text.replaceAll(MEASURED, "")),
    ]),
};

function brokenLinks(repository: Repository, file: string, text: string): Finding[] {
  return [...text.matchAll(LINK)].flatMap(([, link]) => {
    if (/^[a-z]+:/.test(link!)) return [];
    const [path, anchor] = link!.split("#") as [string, string?];
    const target = path === "" ? file : posix.join(posix.dirname(file), path);
    if (!repository.has(target)) return [{ file, what: `links to ${link}, which does not exist` }];
    const known = anchor === undefined || anchorsOf(repository.files.get(target) ?? "").includes(anchor);
    return known ? [] : [{ file, what: `links to ${link}, but no heading there is called so` }];
  });
}

function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .trim()
      .replaceAll(" ", "-"),
  );
}

function brokenPaths(repository: Repository, file: string, text: string): Finding[] {
  return [...text.matchAll(PATH)].flatMap(([match]) => {
    const path = match.replace(/^\.\//, "").replace(/[.-]+$/, "");
    if (/[*<>…]/.test(path) || repository.has(path)) return [];
    return [{ file, what: `names ${path}, which does not exist` }];
  });
}

// `docs/adr/0004` in a comment stands for the one decision of that number.
const CITATION = /(?<![\w/.-])docs\/[\w./-]*\w|\bnotes\/[\w-]+\.md|\bDESIGN\b ?§[\d.]+/g;

export const citations: Rule = {
  name: "code cites only documents that are here",
  check: ({ files, code }) => {
    const paths = [...files.keys()];
    return [...code.keys(), "run"].flatMap((file) =>
      file.startsWith("test/tidy") ? [] : missingCitations(file, files.get(file) ?? "", paths),
    );
  },
};

function missingCitations(file: string, text: string, paths: readonly string[]): Finding[] {
  return [...text.matchAll(CITATION)].flatMap((match) => {
    if (paths.some((path) => path.startsWith(match[0]))) return [];
    const line = text.slice(0, match.index).split("\n").length;
    return [{ file, what: `line ${line}: cites ${match[0]}, which is not in the repository` }];
  });
}

const DECISIONS = "docs/adr/";

export const decisionsListed: Rule = {
  name: "every decision is listed in docs/adr/README.md",
  check: ({ files }) => {
    const list = files.get(`${DECISIONS}README.md`) ?? "";
    return [...files.keys()]
      .filter((file) => file.startsWith(DECISIONS) && !file.endsWith("/README.md"))
      .filter((file) => !list.includes(`(${file.slice(DECISIONS.length)})`))
      .map((file) => ({ file, what: "is not listed" }));
  },
};

export const dependenciesExplained: Rule = {
  name: "every runtime dependency has its line in docs/adr",
  check: (repository) => {
    const decisions = [...repository.files]
      .filter(([path]) => path.startsWith(DECISIONS))
      .map(([, text]) => text);
    return [...repository.files.keys()]
      .filter((path) => /^(?:(?:libs|apps)\/[^/]+\/)?package\.json$/.test(path))
      .flatMap((file) =>
        dependenciesOf(repository, posix.dirname(file).replace(/^\.$/, ""), "dependencies")
          .filter(
            (name) =>
              !name.startsWith("@leasehold/") && !decisions.some((text) => text.includes(`\`${name}\``)),
          )
          .map((name) => ({ file, what: `depends on ${name}, which no decision explains` })),
      );
  },
};

// Each with a class of one letter, so that this file does not find itself.
const TRACES = new RegExp(
  [
    String.raw`\bregistr[y]\.(npm|yarn)|//registr[y]\.`,
    String.raw`\b(artifac[t]ory|jf[r]og|verdacc[i]o)\b`,
    String.raw`(?<![\w.@/-])/(wor[k]|hom[e]|User[s])/[\w.-]`,
    '"resolved"[:] "http',
  ].join("|"),
  "i",
);

export const noTraces: Rule = {
  name: "no file names a registry or a path of a machine",
  check: ({ files }) =>
    [...files].flatMap(([file, text]) =>
      text.split("\n").flatMap((line, index) => {
        const trace = TRACES.exec(line)?.[0];
        return trace === undefined ? [] : [{ file, what: `line ${index + 1}: ${trace}` }];
      }),
    ),
};
