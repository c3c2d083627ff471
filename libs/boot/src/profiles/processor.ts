// A processor by any of its names, and what firmware on it states in option 93: so that classes by architecture count for scripts, too.
import { architectureOf } from "../architectures.ts";

/** By the name that iPXE has for it: other names, and the architecture that its packet would have stated. */
const PROCESSORS: readonly (readonly [name: string, others: readonly string[], code: number])[] = [
  ["x86_64", ["x64", "x86", "amd64", "x86-64"], 7],
  // What iPXE calls itself on every BIOS machine.
  ["i386", ["bios", "pcbios", "i686"], 0],
  ["arm64", ["aarch64", "arm"], 11],
  ["arm32", ["armv7", "armhf"], 10],
  ["riscv32", [], 25],
  ["riscv64", [], 27],
  ["loong32", [], 37],
  ["loong64", ["loongarch64"], 39],
];

export interface Processor {
  /** As iPXE calls it. */
  readonly name: string;
  /** Option 93. */
  readonly code: number;
}

/** @param written a name in any case, or a number of option 93. Undefined for what is none. */
export function processorOf(written: string): Processor | undefined {
  if (/^\d{1,5}$/.test(written)) {
    const architecture = architectureOf(Number(written));
    return architecture && { name: architecture.processor, code: architecture.code };
  }
  const wanted = written.toLowerCase();
  const found = PROCESSORS.find(([name, others]) => name === wanted || others.includes(wanted));
  return found && { name: found[0], code: found[2] };
}
