// What a profile comes to for one machine, in no loader's language: what is loaded from where, or what is done instead.
import type { BootProfile, NextStep } from "@leasehold/network";
import { type Source, urlsOf, valuesAt } from "./sources.ts";
import type { Filler } from "./values.ts";

export type Plan = KernelPlan | ChainPlan | StepPlan;

/** Lists have an item for each source that is different, in the order in which they are tried. */
export interface KernelPlan {
  readonly kind: "kernel";
  readonly kernels: readonly { readonly url: string; readonly commandLine: string }[];
  readonly initrds: readonly (readonly string[])[];
  readonly afterFailure: NextStep;
}

export interface ChainPlan {
  readonly kind: "chain";
  readonly urls: readonly string[];
  readonly afterFailure: NextStep;
}

export interface StepPlan {
  readonly kind: "step";
  readonly step: NextStep;
  /** Why, in words; for `explain`, and wherever it is not what the document wants. */
  readonly reason?: string | undefined;
}

/** Linux on x86 and arm64 keeps 2048 octets, with the NUL that ends them. */
const COMMAND_LINE_MAX = 2047;

/** Undefined for a profile that only has templates of its own, in another language. A text says what is wrong. */
export function planOf(
  profile: BootProfile,
  sources: readonly Source[],
  filler: Filler,
): Plan | string | undefined {
  const { next, kernel, chain, afterFailure } = profile;
  if (next !== undefined) return { kind: "step", step: next };
  if (kernel === undefined && chain === undefined) return undefined;
  if (sources.length === 0) return "boot.urls is not set";
  if (chain !== undefined) return { kind: "chain", urls: urlsOf(chain, sources, filler), afterFailure };
  const kernels = sources.map((source) => ({
    url: urlsOf(kernel!, [source], filler)[0]!,
    commandLine: commandLineOf(profile, source, filler),
  }));
  if (filler.problems.length > 0) return filler.problems.join("; ");
  const longest = Math.max(...kernels.map(({ commandLine }) => commandLine.length));
  if (longest > COMMAND_LINE_MAX)
    return `the kernel command line has ${longest} characters, and Linux reads ${COMMAND_LINE_MAX}`;
  return {
    kind: "kernel",
    kernels: different(kernels),
    initrds: profile.initrds.map((one) => urlsOf(one, sources, filler)),
    afterFailure,
  };
}

function commandLineOf(profile: BootProfile, source: Source, filler: Filler): string {
  const values = valuesAt(source);
  return profile.arguments
    .map((one) => filler.fill(one, values))
    .join(" ")
    .replaceAll(/ +/g, " ")
    .trim();
}

function different(kernels: KernelPlan["kernels"]): KernelPlan["kernels"] {
  return [...new Map(kernels.map((one) => [`${one.url} ${one.commandLine}`, one])).values()];
}
