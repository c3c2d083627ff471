// An app that has rooms says in ARCHITECTURE.md which of them may import which. What is written there is what holds.
import { importsOf, resolved } from "./imports.ts";
import { isTest, type Repository, type Rule } from "./repository.ts";

const MAP = "ARCHITECTURE.md";
const APP = "apps/dhcpd/src/";
const HEADING = "## The rooms of dhcpd";

/** Room → rooms that it may import: the rows of the table under the heading. A file beside main.ts is a room by itself. */
function directionsIn(repository: Repository): ReadonlyMap<string, readonly string[]> {
  const text = repository.files.get(MAP) ?? "";
  const section = text.slice(text.indexOf(HEADING)).split("\n## ")[0] ?? "";
  const rows = [...section.matchAll(/^\| `(?<room>[^`]+)` \|[^|]*\|(?<imports>[^|]*)\|$/gm)];
  return new Map(
    rows.map(({ groups }) => [
      groups!.room!,
      [...groups!.imports!.matchAll(/`([^`]+)`|\b(all)\b/g)].map(([, room, all]) => room ?? all!),
    ]),
  );
}

function roomOf(file: string): string {
  const path = file.slice(APP.length);
  const end = path.lastIndexOf("/");
  return end === -1 ? path : path.slice(0, end);
}

export const roomDirections: Rule = {
  name: "a room of dhcpd imports the rooms that ARCHITECTURE.md says, in no circle",
  check: (repository) => {
    const directions = directionsIn(repository);
    const used = new Set<string>();
    const findings = [...repository.code].flatMap(([file, { withStrings }]) => {
      if (!file.startsWith(APP) || isTest(file)) return [];
      const room = roomOf(file);
      const allowed = directions.get(room);
      if (allowed === undefined) return [{ file, what: `${MAP} has no row for the room ${room}` }];
      return importsOf(withStrings).flatMap(({ from, line }) => {
        if (!from.startsWith(".")) return [];
        const other = roomOf(resolved(file, from));
        used.add(`${room} ${other}`);
        const isAllowed = other === room || allowed.includes(other) || allowed.includes("all");
        return isAllowed ? [] : [{ file, what: `line ${line}: ${room} may not import ${other}` }];
      });
    });
    return [...findings, ...needless(directions, used), ...circles(directions)];
  },
};

function needless(directions: ReadonlyMap<string, readonly string[]>, used: ReadonlySet<string>) {
  return [...directions].flatMap(([room, others]) =>
    others
      .filter((other) => other !== "all" && !used.has(`${room} ${other}`))
      .map((other) => ({ file: MAP, what: `${room} imports nothing of ${other}` })),
  );
}

function circles(directions: ReadonlyMap<string, readonly string[]>) {
  const leadsTo = (from: string, wanted: string, seen: Set<string>): boolean => {
    if (seen.has(from)) return false;
    seen.add(from);
    return (directions.get(from) ?? []).some((next) => next === wanted || leadsTo(next, wanted, seen));
  };
  return [...directions.keys()]
    .filter((room) => leadsTo(room, room, new Set()))
    .slice(0, 1)
    .map((room) => ({ file: MAP, what: `${room} may import itself through others` }));
}
