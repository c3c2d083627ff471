// Plain words on the terminal.

export function say(line = ""): void {
  console.log(line);
}

/** A scene's title. */
export function scene(title: string): void {
  say(`\n${title}`);
}

/** "38 ms", "4.2 s", "1 min 5 s", "1 h". */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const [unit, small, size] = whole < 3600 ? ["min", "s", 60] : ["h", "min", 3600];
  const rest = Math.floor((whole % Number(size)) / (Number(size) / 60));
  return `${Math.floor(whole / Number(size))} ${unit}${rest > 0 ? ` ${rest} ${small}` : ""}`;
}

/** A promise of Leasehold's that did not hold. */
export class BrokenPromise extends Error {
  constructor(sentence: string) {
    super(`A check failed: ${sentence}.`);
  }
}

/** @throws BrokenPromise with the sentence when it is not so. */
export function promise(isKept: boolean, sentence: string): void {
  if (!isKept) throw new BrokenPromise(sentence);
  say(`  ✓ ${sentence}`);
}
