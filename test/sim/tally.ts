// What was done and what was judged, counted: a run that proves nothing must be seen to.

export class Tally {
  private readonly groups = new Map<string, Map<string, number>>();

  count(group: string, what: string, by = 1): void {
    const counts = this.groups.get(group) ?? new Map<string, number>();
    this.groups.set(group, counts);
    counts.set(what, (counts.get(what) ?? 0) + by);
  }

  of(group: string): ReadonlyMap<string, number> {
    return this.groups.get(group) ?? new Map();
  }

  total(group: string): number {
    return [...this.of(group).values()].reduce((sum, count) => sum + count, 0);
  }

  add(other: Tally): void {
    for (const [group, counts] of other.groups) {
      for (const [what, count] of counts) this.count(group, what, count);
    }
  }
}
