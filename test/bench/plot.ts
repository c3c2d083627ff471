// Plots as SVG, of the two kinds that are needed: bars, and lines over a common axis. Light and dark pages both show them:
// the ground is white, and said to be.
const WIDTH = 720;
const COLOURS = ["#1f6f8b", "#c8553d", "#588157", "#7a5195", "#b58900", "#555555"];

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** The whole range of the runs. */
  readonly range?: readonly [least: number, most: number];
  readonly isOurs?: boolean;
}

export function barPlot(title: string, unit: string, bars: readonly Bar[]): string {
  const left = 250;
  const most = Math.max(1, ...bars.map(({ value, range }) => Math.max(value, range?.[1] ?? 0)));
  const x = (value: number) => left + (value / most) * (WIDTH - left - 90);
  const rows = bars.map(({ label, value, range, isOurs }, index) => {
    const y = 44 + index * 30;
    const whisker = range
      ? `<path d="M${x(range[0])} ${y + 10}H${x(range[1])}" stroke="#222" stroke-width="1.5"/>`
      : "";
    return `${text(left - 8, y + 14, label, "end")}<rect x="${left}" y="${y}" width="${(x(value) - left).toFixed(1)}" height="20" fill="${COLOURS[isOurs ? 0 : 5]}"/>${whisker}${text(x(Math.max(value, range?.[1] ?? 0)) + 6, y + 14, Math.round(value).toLocaleString("en"))}`;
  });
  return svg(44 + bars.length * 30 + 10, [text(10, 24, `${title} (${unit})`, "start", 15), ...rows]);
}

export interface Line {
  readonly label: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Axes {
  readonly title: string;
  readonly x: string;
  readonly y: string;
}

export function linePlot(axes: Axes, lines: readonly Line[]): string {
  const [left, top, right, bottom] = [70, 44, WIDTH - 20, 340];
  const all = lines.flatMap(({ points }) => points);
  const mostX = roundUp(Math.max(...all.map(([x]) => x)));
  const mostY = roundUp(Math.max(...all.map(([, y]) => y)));
  const at = ([x, y]: readonly [number, number]) =>
    `${(left + (x / mostX) * (right - left)).toFixed(1)},${(bottom - (y / mostY) * (bottom - top)).toFixed(1)}`;
  const ticks = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
    text(left - 6, bottom - share * (bottom - top) + 4, short(share * mostY), "end"),
    text(left + share * (right - left), bottom + 18, short(share * mostX), "middle"),
    `<path d="M${left} ${bottom - share * (bottom - top)}H${right}" stroke="#ddd"/>`,
  ]);
  const drawn = lines.flatMap(({ label, points }, index) => {
    const colour = COLOURS[index % COLOURS.length]!;
    return [
      `<polyline points="${points.map(at).join(" ")}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      `<rect x="${left + 10 + index * 200}" y="${bottom + 46}" width="12" height="12" fill="${colour}"/>`,
      text(left + 28 + index * 200, bottom + 56, label),
    ];
  });
  const words = [
    text(10, 24, axes.title, "start", 15),
    text((left + right) / 2, bottom + 36, axes.x, "middle"),
  ];
  return svg(bottom + 70, [...words, text(left, top - 6, axes.y, "middle"), ...ticks, ...drawn]);
}

/** The end of an axis whose four parts are round numbers. */
export function roundUp(most: number): number {
  const part = Math.max(most, 1e-9) / 4;
  const decade = 10 ** Math.floor(Math.log10(part));
  return (
    4 * decade * [1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10].find((factor) => factor * decade >= part * 0.999999)!
  );
}

const short = (value: number) =>
  value >= 10_000 ? `${Math.round(value / 1000)} k` : String(Number(value.toPrecision(3)));

export function text(x: number, y: number, words: string, anchor = "start", size = 12): string {
  const escaped = words.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" font-size="${size}">${escaped}</text>`;
}

export function svg(height: number, parts: readonly string[], width = WIDTH): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" fill="#222">\n<rect width="${width}" height="${height}" fill="#fff"/>\n${parts.join("\n")}\n</svg>\n`;
}
