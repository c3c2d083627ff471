// Times for people: "in 42m", "12s ago", two units at most.
const UNITS = [
  ["d", 86_400],
  ["h", 3_600],
  ["m", 60],
  ["s", 1],
] as const;

export function durationText(seconds: number): string {
  let rest = Math.max(0, Math.round(seconds));
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    if (count === 0) {
      if (parts.length > 0) break; // "1h", never "1h 5s": the second unit is the next one or nothing.
      continue;
    }
    parts.push(`${count}${unit}`);
    rest -= count * size;
    if (parts.length === 2) break;
  }
  return parts.join(" ") || "0s";
}

/** `when` as the API gives it: an ISO time, or milliseconds since 1970. */
export function relativeTime(when: string | number | null | undefined, now: number): string | undefined {
  const at = typeof when === "string" ? Date.parse(when) : when;
  if (at === null || at === undefined || Number.isNaN(at)) return undefined;
  const seconds = Math.round((at - now) / 1000);
  if (seconds === 0) return "now";
  return seconds > 0 ? `in ${durationText(seconds)}` : `${durationText(-seconds)} ago`;
}
