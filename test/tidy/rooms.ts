// A package that has rooms says in ARCHITECTURE.md which of them may import which. What is written there is what holds.
import { importsOf, resolved } from "./imports.ts";
import { type Finding, isTest, type Repository, type Rule } from "./repository.ts";

const MAP = "ARCHITECTURE.md";
/** Each has a table there. */
const PACKAGES = ["apps/dhcpd", "apps/syncer", "apps/bootd", "apps/ctl", "libs/leases", "libs/protocol"];

interface Rooms {
  /** "apps/dhcpd/src/". */
  readonly source: string;
  /** Room → rooms that it may import. A file beside main.ts or index.ts is a room by itself. */
  readonly directions: ReadonlyMap<string, readonly string[]>;
}

/** The rows of the table under the heading of each package. */
function roomsIn(repository: Repository): Rooms[] {
  const text = repository.files.get(MAP) ?? "";
  return PACKAGES.map((place) => {
    const section = text.split(`## The rooms of ${place.split("/")[1]}\n`)[1]?.split("\n## ")[0] ?? "";
    const rows = [...section.matchAll(/^\| `(?<room>[^`]+)` \|[^|]*\|(?<imports>[^|]*)\|$/gm)];
    const directions = new Map(
      rows.map(({ groups }) => [
        groups!.room!,
        [...groups!.imports!.matchAll(/`([^`]+)`|\b(all)\b/g)].map(([, room, all]) => room ?? all!),
      ]),
    );
    return { source: `${place}/src/`, directions };
  });
}

export const roomDirections: Rule = {
  name: "a room of a package imports the rooms that ARCHITECTURE.md says, in no circle",
  check: (repository) => roomsIn(repository).flatMap((rooms) => checkRooms(repository, rooms)),
};

function checkRooms(repository: Repository, { source, directions }: Rooms): Finding[] {
  const used = new Set<string>();
  const findings = [...repository.code].flatMap(([file, { withStrings }]) => {
    if (!file.startsWith(source) || isTest(file)) return [];
    const room = roomOf(file, source);
    const allowed = directions.get(room);
    if (allowed === undefined) return [{ file, what: `${MAP} has no row for the room ${room}` }];
    return importsOf(withStrings).flatMap(({ from, line }) => {
      if (!from.startsWith(".")) return [];
      const target = resolved(file, from);
      if (!target.startsWith(source)) return []; // package.json beside src.
      const other = roomOf(target, source);
      used.add(`${room} ${other}`);
      const isAllowed = other === room || allowed.includes(other) || allowed.includes("all");
      return isAllowed ? [] : [{ file, what: `line ${line}: ${room} may not import ${other}` }];
    });
  });
  return [...findings, ...needless(directions, used), ...circles(directions)];
}

function roomOf(file: string, source: string): string {
  const path = file.slice(source.length);
  const end = path.lastIndexOf("/");
  return end === -1 ? path : path.slice(0, end);
}

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
