// One mistake in a document that a person wrote: where it is, what was found, what was expected, what to do.

export interface Problem {
  readonly file?: string;
  /** Where in the document: `subnets[0].pools[1].range`; empty for the document as a whole. */
  readonly path: string;
  readonly line?: number;
  readonly column?: number;
  readonly found: string;
  readonly expected: string;
  /** A full sentence. */
  readonly fix?: string;
}

export type Path = readonly (string | number)[];

/** A problem before the text's positions are known. */
export interface Finding {
  readonly path: Path;
  /** A character of the text at this path, from 0: where in the text it is. */
  readonly offset?: number;
  readonly found: string;
  readonly expected: string;
  readonly fix?: string;
}

/** One line for a terminal or a log: `network.yaml:12:5: subnets[0].prefix: found …, expected …. Do this.` */
export function formatProblem(problem: Problem): string {
  const place = [problem.file, problem.line, problem.column].filter((part) => part !== undefined).join(":");
  const head = [place, problem.path].filter((part) => part !== "").join(": ");
  const sentence = `found ${problem.found}, expected ${problem.expected}.`;
  return [head && `${head}:`, sentence, problem.fix].filter(Boolean).join(" ");
}

/** `["subnets", 0, "pools"]` as `subnets[0].pools`. */
export function formatPath(path: Path): string {
  return path
    .map((step, i) => (typeof step === "number" ? `[${step}]` : `${i === 0 ? "" : "."}${step}`))
    .join("");
}

/** A value as a person would quote it, never longer than a line. */
export function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "an empty value";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
