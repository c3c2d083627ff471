// Imports point one way, and name only what the package declares (ARCHITECTURE.md, "What imports what").
import { posix } from "node:path";
import { isTest, type Repository, type Rule } from "./repository.ts";

/** What each library may import of the others. Apps may import every library and no app. */
const DIRECTIONS: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  document: [],
  network: ["document", "protocol"],
  inventory: ["protocol"],
  cluster: [],
  leases: ["cluster", "network", "inventory", "protocol"],
  boot: ["network", "inventory", "protocol"],
  bus: ["document"],
  link: ["document", "protocol"],
  daemon: ["bus", "document"],
  "lease-store": ["bus", "leases", "protocol"],
  tftp: [],
  views: ["bus", "cluster", "document", "inventory", "lease-store", "leases", "network", "protocol"],
};

export interface Import {
  readonly from: string; // The text between the quotes.
  readonly typeOnly: boolean;
  readonly line: number;
}

const NAMES = String.raw`[\w*{},$\s]`;
const IMPORT = new RegExp(
  [
    String.raw`^\s*import\s+(?<type>type\s)?(?:${NAMES}*?\sfrom\s+)?"(?<a>[^"\n]+)"`,
    String.raw`^\s*export\s+(?<type>type\s)?[*{]${NAMES}*?\sfrom\s+"(?<a>[^"\n]+)"`,
    String.raw`\bimport\(\s*"(?<a>[^"\n]+)"`,
    String.raw`\bnew URL\(\s*"(?<a>\.[^"\n]+\.ts)"`, // Worker threads are started so.
  ].join("|"),
  "gm",
);

export function importsOf(code: string): Import[] {
  return [...code.matchAll(IMPORT)].map((match) => ({
    from: match.groups!.a!,
    typeOnly: match.groups!.type !== undefined,
    line: code.slice(0, match.index + match[0].length).split("\n").length,
  }));
}

export const packageOf = (path: string): string | undefined => /^(?:libs|apps)\/[^/]+/.exec(path)?.[0];

/** The file that a relative import means, from the root. */
export const resolved = (importer: string, from: string): string => posix.join(posix.dirname(importer), from);

export const importDirections: Rule = {
  name: "imports point one way",
  check: (repository) =>
    [...repository.code].flatMap(([file, { withStrings }]) => {
      const folder = packageOf(file);
      if (folder === undefined) return [];
      return importsOf(withStrings).flatMap(({ from, line }) => {
        const fault = faultOf(file, folder, from);
        return fault === undefined ? [] : [{ file, what: `line ${line}: ${fault}` }];
      });
    }),
};

function faultOf(file: string, folder: string, from: string): string | undefined {
  if (from.startsWith(".")) {
    const target = resolved(file, from);
    return target.startsWith(`${folder}/`)
      ? undefined
      : `${from} leads out of ${folder}: import the package by name`;
  }
  if (from.startsWith("@nats-io/")) return folder === "libs/bus" ? undefined : "only libs/bus knows NATS";
  const other = /^@leasehold\/([^/]+)/.exec(from)?.[1];
  if (other === undefined || `libs/${other}` === folder) return undefined;
  return mayImport(folder, other) ? undefined : `${folder} may not import @leasehold/${other}`;
}

function mayImport(folder: string, other: string): boolean {
  if (!(other in DIRECTIONS)) return false; // Another app, or the tests.
  if (folder.startsWith("apps/")) return true;
  return DIRECTIONS[folder.slice("libs/".length)]?.includes(other) ?? false;
}

export const declaredDependencies: Rule = {
  name: "a package imports only what it declares",
  check: (repository) => {
    const development = dependenciesOf(repository, "", "devDependencies");
    return [...repository.code].flatMap(([file, { withStrings }]) => {
      const folder = packageOf(file) ?? (file.startsWith("test/") ? "test" : undefined);
      if (folder === undefined) return [];
      const declared = dependenciesOf(repository, folder, "dependencies");
      const more = isTest(file) || folder === "test" ? development : [];
      return importsOf(withStrings).flatMap(({ from, line }) => {
        const name = moduleName(from);
        const known =
          name === undefined ||
          declared.includes(name) ||
          more.includes(name) ||
          isOwn(repository, folder, name);
        return known ? [] : [{ file, what: `line ${line}: ${name} is not in ${folder}/package.json` }];
      });
    });
  },
};

export const usedDependencies: Rule = {
  name: "a package declares only what it imports",
  check: (repository) =>
    [...repository.files.keys()]
      .filter((path) => /^(libs|apps)\/[^/]+\/package\.json$/.test(path))
      .flatMap((file) => {
        const folder = file.slice(0, -"/package.json".length);
        const used = new Set(
          [...repository.code]
            .filter(([path]) => path.startsWith(`${folder}/`))
            .flatMap(([, { withStrings }]) => importsOf(withStrings).map(({ from }) => moduleName(from))),
        );
        return dependenciesOf(repository, folder, "dependencies")
          .filter((name) => !used.has(name))
          .map((name) => ({ file, what: `nothing imports ${name}` }));
      }),
};

export function dependenciesOf(repository: Repository, folder: string, key: string): string[] {
  const manifest = repository.files.get(folder === "" ? "package.json" : `${folder}/package.json`);
  return Object.keys((JSON.parse(manifest ?? "{}") as Record<string, object>)[key] ?? {});
}

function isOwn(repository: Repository, folder: string, name: string): boolean {
  const manifest = repository.files.get(`${folder}/package.json`);
  return manifest !== undefined && (JSON.parse(manifest) as { name?: string }).name === name;
}

function moduleName(from: string): string | undefined {
  if (from.startsWith(".") || from.startsWith("node:")) return undefined;
  return from.split("/", from.startsWith("@") ? 2 : 1).join("/");
}
