// Tables for people: aligned columns two spaces apart, no box drawing, "-" for what is absent.
export type Cell = string | number | boolean | null | undefined;

export function table(heads: readonly string[], rows: readonly (readonly Cell[])[]): string[] {
  const texts = [heads, ...rows.map((row) => heads.map((_, column) => cellText(row[column])))];
  const widths = heads.map((_, column) => Math.max(...texts.map((row) => row[column]!.length)));
  return texts.map((row) =>
    row
      .map((text, column) => text.padEnd(widths[column]!))
      .join("  ")
      .trimEnd(),
  );
}

/** Two columns, for one thing with many properties; what is absent is left out. */
export function card(properties: readonly (readonly [name: string, value: Cell])[]): string[] {
  const present = properties.filter(([, value]) => value !== undefined && value !== null && value !== "");
  const width = Math.max(0, ...present.map(([name]) => name.length));
  return present.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function cellText(cell: Cell): string {
  return cell === undefined || cell === null || cell === "" ? "-" : String(cell);
}
