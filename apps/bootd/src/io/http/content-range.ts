// A part of a file (RFC 9110 §14): one range of octets. Several at once, and units that are not octets, are answered with the whole file,
// as §14.2 permits.

/** The first octet, and the one after the last. */
export interface Part {
  readonly start: number;
  readonly end: number;
}

/** `undefined`: the whole file. */
export function partOf(range: string | undefined, size: number): Part | "unsatisfiable" | undefined {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range?.replaceAll(" ", "") ?? "") ?? [];
  if (first === undefined || last === undefined || (first === "" && last === "")) return undefined;
  // "-500": the last 500.
  if (first === "")
    return Number(last) === 0 ? "unsatisfiable" : within(Math.max(0, size - Number(last)), size, size);
  if (last !== "" && Number(last) < Number(first)) return undefined;
  return within(Number(first), last === "" ? size : Number(last) + 1, size);
}

function within(start: number, end: number, size: number): Part | "unsatisfiable" {
  return start >= size ? "unsatisfiable" : { start, end: Math.min(end, size) };
}
