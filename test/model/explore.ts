// Every state that can be reached within the bounds, each once; the shortest way to one in which something is violated.
import { START, type State } from "./state.ts";
import { type Bounds, type Mistakes, stepsFrom } from "./steps.ts";

export interface Explored {
  readonly states: number;
  readonly transitions: number;
  /** Steps of the longest of the shortest ways. */
  readonly depth: number;
  /** What happened, step by step, and what it violates. */
  readonly counterexample?: readonly string[];
}

/** How a state was reached. */
interface Way {
  readonly by: string;
  readonly from: Way | undefined;
}

interface Reached {
  readonly state: State;
  readonly way: Way | undefined;
}

export function explore(bounds: Bounds, mistakes: Mistakes = {}): Explored {
  const seen = new Set([JSON.stringify(START)]);
  let level: Reached[] = [{ state: START, way: undefined }];
  let transitions = 0;
  for (let depth = 0; level.length > 0; depth++) {
    const next: Reached[] = [];
    for (const reached of level) {
      for (const { what, state, violation } of stepsFrom(reached.state, bounds, mistakes)) {
        transitions++;
        const way = { by: what, from: reached.way };
        if (violation !== undefined) {
          return { states: seen.size, transitions, depth, counterexample: [...shown(way), violation] };
        }
        const key = JSON.stringify(state);
        if (seen.has(key)) continue;
        seen.add(key);
        next.push({ state, way });
      }
    }
    if (next.length === 0) return { states: seen.size, transitions, depth };
    level = next;
  }
  return { states: seen.size, transitions, depth: 0 };
}

function shown(way: Way | undefined): string[] {
  return way === undefined ? [] : [...shown(way.from), way.by];
}
