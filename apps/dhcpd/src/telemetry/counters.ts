// What happened, counted: plain numbers on the packet path, read by the metrics and the heartbeat.

/** A counter for each word that happened. Metrics of the same groups: io/api/metrics.ts. */
const GROUPS = [
  "received",
  "dropped",
  "replied",
  "omitted",
  "silent",
  "refused",
  "commits",
  "forwarded",
  "anomalies",
  "badMessages",
  "badRecords",
  "boots", // Answers to clients that boot: stage, outcome and processor, with a space between.
  "unheard", // Events that a subscriber had too many of waiting.
] as const;
export type CounterGroup = (typeof GROUPS)[number];

interface Count {
  count: number;
}

export class Counters {
  private readonly groups = perGroup((): Map<string, Count> => new Map());

  count(group: CounterGroup, label: string): void {
    const counts = this.groups[group];
    const known = counts.get(label);
    if (known === undefined) counts.set(label, { count: 1 });
    else known.count++;
  }

  of(group: CounterGroup): ReadonlyMap<string, number> {
    return new Map([...this.groups[group]].map(([label, { count }]) => [label, count]));
  }

  /** The sums of the groups, for the heartbeat. */
  totals(): Record<CounterGroup, number> {
    return perGroup((group) =>
      [...this.groups[group].values()].reduce((total, { count }) => total + count, 0),
    );
  }
}

function perGroup<Value>(make: (group: CounterGroup) => Value): Record<CounterGroup, Value> {
  return Object.fromEntries(GROUPS.map((group) => [group, make(group)])) as Record<CounterGroup, Value>;
}
