// What happened, counted: plain numbers on the packet path, read by the metrics and the heartbeat.

export type CounterGroup =
  | "received"
  | "dropped"
  | "replied"
  | "omitted"
  | "silent"
  | "refused"
  | "commits"
  | "forwarded"
  | "anomalies"
  | "badMessages"
  | "badRecords"
  /** Events of which whoever listened had too many waiting. */
  | "unheard";

interface Count {
  count: number;
}

export class Counters {
  private readonly groups: Record<CounterGroup, Map<string, Count>> = {
    received: new Map(),
    dropped: new Map(),
    replied: new Map(),
    omitted: new Map(),
    silent: new Map(),
    refused: new Map(),
    commits: new Map(),
    forwarded: new Map(),
    anomalies: new Map(),
    badMessages: new Map(),
    badRecords: new Map(),
    unheard: new Map(),
  };

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
    const sum = (group: CounterGroup) =>
      [...this.groups[group].values()].reduce((total, { count }) => total + count, 0);
    const groups = Object.keys(this.groups) as CounterGroup[];
    return Object.fromEntries(groups.map((group) => [group, sum(group)])) as Record<CounterGroup, number>;
  }
}
