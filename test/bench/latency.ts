// Times of replies, as what half and what 99 of 100 of them took.
export interface Latency {
  readonly count: number;
  /** ms. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export function latencyOf(millis: readonly number[]): Latency {
  const sorted = Float64Array.from(millis).sort();
  const at = (share: number) => round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0);
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) };
}

const round = (ms: number) => Math.round(ms * 1000) / 1000;

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length === 0) return 0;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
