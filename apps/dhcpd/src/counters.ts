// What happened, counted: plain numbers on the packet path, read by the metrics and the heartbeat.

export type CounterGroup = "received" | "dropped" | "replied" | "silent" | "refused" | "commits" | "trouble";

export class Counters {
  private readonly groups: Record<CounterGroup, Map<string, number>> = {
    received: new Map(),
    dropped: new Map(),
    replied: new Map(),
    silent: new Map(),
    refused: new Map(),
    commits: new Map(),
    trouble: new Map(),
  };

  count(group: CounterGroup, label: string): void {
    const counts = this.groups[group];
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }

  of(group: CounterGroup): ReadonlyMap<string, number> {
    return this.groups[group];
  }

  /** The sums of the groups, for the heartbeat. */
  totals(): Record<CounterGroup, number> {
    const sum = (group: CounterGroup) => [...this.groups[group].values()].reduce((a, b) => a + b, 0);
    const groups = Object.keys(this.groups) as CounterGroup[];
    return Object.fromEntries(groups.map((group) => [group, sum(group)])) as Record<CounterGroup, number>;
  }
}
