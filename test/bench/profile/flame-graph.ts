// A flame graph of a CPU profile as one SVG: a box a function, as wide as the time in it and in what it called, what it called
// above it. Titles show on hovering.
import { svg, text } from "../plot.ts";
import { type CpuProfile, nameOf, type ProfileNode, selfTimes, stageOf } from "./cpu-profile.ts";

const WIDTH = 1400;
const ROW = 17;
const TOP = 40;
/** Narrower boxes are left out: the page needs what can be read. */
const PIXELS_LEAST = 6.5;
const PIXELS_A_LETTER = 6.5;
const COLOURS = [
  "#f6bd60",
  "#f28482",
  "#84a59d",
  "#8ecae6",
  "#cdb4db",
  "#b5e48c",
  "#ffb5a7",
  "#d9d9d9",
  "#a3b18a",
  "#bde0fe",
  "#e9c46a",
  "#90be6d",
  "#f4978e",
  "#c9ada7",
];

interface Box {
  readonly name: string;
  readonly stage: string;
  readonly depth: number;
  /** ms. */
  readonly start: number;
  readonly total: number;
}

export function flameGraph(profile: CpuProfile, title: string): string {
  const boxes = boxesOf(profile);
  const all = boxes.find(({ depth }) => depth === 0)?.total ?? 1;
  const visible = boxes.filter(({ total }) => (total / all) * WIDTH >= PIXELS_LEAST);
  const deepest = Math.max(0, ...visible.map(({ depth }) => depth));
  const height = TOP + (deepest + 1) * ROW + 10;
  const stages = [...new Set(boxes.map(({ stage }) => stage))];
  const drawn = visible.map((box) => {
    const [x, width] = [(box.start / all) * WIDTH, (box.total / all) * WIDTH];
    const y = height - 10 - (box.depth + 1) * ROW;
    const colour = COLOURS[stages.indexOf(box.stage) % COLOURS.length]!;
    const letters = Math.floor(width / PIXELS_A_LETTER);
    const words = letters > 3 ? text(x + 3, y + 12, box.name.slice(0, letters), "start", 11) : "";
    const hover = asXml(`${box.name} · ${box.stage} · ${((100 * box.total) / all).toFixed(1)} %`);
    const rect = `<rect x="${x.toFixed(1)}" y="${y}" width="${Math.max(0.5, width - 0.5).toFixed(1)}" height="${ROW - 1}" fill="${colour}"/>`;
    return `<g><title>${hover}</title>${rect}${words}</g>`;
  });
  return svg(height, [text(10, 24, title, "start", 15), ...drawn], WIDTH);
}

const asXml = (words: string) =>
  words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

// Time in which the process waited is left out: the whole width is its work.
function boxesOf(profile: CpuProfile): Box[] {
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const self = selfTimes(profile);
  const totals = new Map<number, number>();
  const totalOf = (node: ProfileNode): number => {
    const own = node.callFrame.functionName === "(idle)" ? 0 : (self.get(node.id) ?? 0);
    const total = (node.children ?? []).reduce((sum, id) => sum + totalOf(byId.get(id)!), own);
    totals.set(node.id, total);
    return total;
  };
  const boxes: Box[] = [];
  const place = (node: ProfileNode, depth: number, start: number): void => {
    boxes.push({ name: nameOf(node), stage: stageOf(node), depth, start, total: totals.get(node.id)! });
    let at = start;
    for (const child of (node.children ?? []).map((id) => byId.get(id)!)) {
      place(child, depth + 1, at);
      at += totals.get(child.id)!;
    }
  };
  const root = profile.nodes[0];
  if (root) {
    totalOf(root);
    place(root, 0, 0);
  }
  return boxes;
}
