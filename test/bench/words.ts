// The words after `./run bench`.
import { parseArgs } from "node:util";

const options = {
  runs: { type: "string" },
  only: { type: "string", multiple: true },
  seconds: { type: "string" },
  publish: { type: "boolean" },
  busy: { type: "boolean" },
  hosts: { type: "string" },
  kill: { type: "string" },
  rate: { type: "string" },
  leases: { type: "string" },
  events: { type: "string" },
  maximum: { type: "string" },
} as const;

export interface Words {
  readonly subject: string;
  /** What was given, or the default. */
  number(name: NumberOption, byDefault: number): number;
  /** For `--only a --only b` and `--only a,b`. */
  readonly only: readonly string[];
  readonly kill: string | undefined;
  /** Writes docs/performance.md and what it shows. */
  readonly publish: boolean;
  /** Goes on although the machine is busy; then nothing is published. */
  readonly busy: boolean;
}

type NumberOption = "runs" | "seconds" | "hosts" | "rate" | "leases" | "events" | "maximum";

/** @throws Error naming an option that there is not. */
export function wordsOf(args: readonly string[]): Words {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
  return {
    subject: positionals[0] ?? "compare",
    number(name, byDefault) {
      const text = values[name];
      if (text === undefined) return byDefault;
      if (/^\d+(\.\d+)?$/.test(text) && Number(text) > 0) return Number(text);
      throw new Error(`--${name} is a number above 0; "${text}" is not.`);
    },
    only: (values.only ?? []).flatMap((each) => each.split(",")),
    kill: values.kill,
    publish: values.publish ?? false,
    busy: values.busy ?? false,
  };
}
