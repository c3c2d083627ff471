// Every file under src is reached from a door of its package or from its main.ts; what only a test reaches is dead.
import { importsOf, resolved } from "./imports.ts";
import { isTest, type Repository, type Rule } from "./repository.ts";

const SOURCE = /^(libs|apps)\/[^/]+\/src\//;

export const deadFiles: Rule = {
  name: "every file is reached from a door",
  check: (repository) => {
    const alive = new Set<string>();
    for (const door of doorsOf(repository)) reach(door, repository, alive);
    return [...repository.code.keys()]
      .filter((file) => SOURCE.test(file) && !isTest(file) && !alive.has(file))
      .map((file) => ({ file, what: "neither a door of the package nor main.ts leads here" }));
  },
};

function doorsOf({ files }: Repository): string[] {
  const doors: string[] = [];
  for (const [path, text] of files) {
    const folder = /^(?:libs|apps)\/[^/]+(?=\/package\.json$)/.exec(path)?.[0];
    if (folder === undefined) continue;
    const { exports = {} } = JSON.parse(text) as { exports?: Record<string, string> };
    for (const door of [...Object.values(exports), "./src/main.ts"]) doors.push(`${folder}/${door.slice(2)}`);
  }
  return doors;
}

function reach(file: string, repository: Repository, alive: Set<string>): void {
  const code = repository.code.get(file);
  if (code === undefined || alive.has(file)) return;
  alive.add(file);
  for (const { from } of importsOf(code.withStrings)) {
    if (from.startsWith(".")) reach(resolved(file, from), repository, alive);
  }
}
