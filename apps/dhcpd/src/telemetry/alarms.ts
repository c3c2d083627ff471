// What a person should look at now, as sentences: raised once, told while it lasts, and over by itself. Bounded.

export interface Alarm {
  readonly sentence: string;
  /** Only this node sees it: the others are told. */
  readonly isOwn?: boolean;
  /** For the log. */
  readonly fields: Readonly<Record<string, unknown>>;
}

const MAX = 100;

export class Alarms {
  private readonly raised = new Map<string, { alarm: Alarm; until: number }>();
  /** Told of each that is new. */
  onRaised: (alarm: Alarm) => void = () => {};

  /** Stands until it is lowered, or has not been raised again before `until` (a steady clock, in ms). */
  raise(key: string, alarm: Alarm, until = Number.POSITIVE_INFINITY): void {
    const isNew = !this.raised.has(key);
    if (isNew && this.raised.size >= MAX) return;
    this.raised.set(key, { alarm, until });
    if (isNew) this.onRaised(alarm);
  }

  lower(key: string): void {
    this.raised.delete(key);
  }

  has(key: string): boolean {
    return this.raised.has(key);
  }

  sweep(now: number): void {
    for (const [key, { until }] of this.raised) if (now >= until) this.raised.delete(key);
  }

  get ownSentences(): readonly string[] {
    return [...this.raised.values()].flatMap(({ alarm }) => (alarm.isOwn ? [alarm.sentence] : []));
  }

  get sentences(): readonly string[] {
    return Array.from(this.raised.values(), ({ alarm }) => alarm.sentence);
  }
}
