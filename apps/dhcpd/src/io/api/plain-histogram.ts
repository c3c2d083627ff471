// A histogram that costs little to observe: on the packet path numbers are added to, and what prom-client needs to show them is
// made when somebody asks. Its own costs seven times as much, which every reply would pay.
import type { Histogram, Registry } from "prom-client";

interface Series {
  /** By bucket, each by itself; the last one is of what is above all bounds. */
  readonly counts: number[];
  sum: number;
}

export interface HistogramOptions {
  readonly name: string;
  readonly help: string;
  /** Without one there is one series, of the label "". */
  readonly label?: string;
  /** Upper bounds, rising. */
  readonly buckets: readonly number[];
  readonly registry: Registry;
}

export class PlainHistogram {
  private readonly options: HistogramOptions;
  private readonly byLabel = new Map<string, Series>();

  constructor(options: HistogramOptions) {
    this.options = options;
    if (options.label === undefined) this.begin("");
    const { name } = options;
    // A registry asks a metric for no more than this.
    const metric = { name, get: async () => this.shown() };
    options.registry.registerMetric(metric as unknown as Histogram);
  }

  observe(label: string, value: number): void {
    const series = this.byLabel.get(label) ?? this.begin(label);
    const { buckets } = this.options;
    let bucket = 0;
    while (bucket < buckets.length && value > buckets[bucket]!) bucket++;
    series.counts[bucket]!++;
    series.sum += value;
  }

  private begin(label: string): Series {
    const series = { counts: new Array<number>(this.options.buckets.length + 1).fill(0), sum: 0 };
    this.byLabel.set(label, series);
    return series;
  }

  private shown() {
    const { name, help, label } = this.options;
    const values = [...this.byLabel].flatMap(([value, series]) =>
      this.valuesOf(label === undefined ? {} : { [label]: value }, series),
    );
    return { name, help, type: "histogram", values, aggregator: "sum" };
  }

  /** Prometheus wants buckets that each hold what is in the lower ones, too. */
  private valuesOf(labels: Readonly<Record<string, string>>, { counts, sum }: Series) {
    const { name, buckets } = this.options;
    let count = 0;
    const upTo = counts.map((more, bucket) => {
      count += more;
      return {
        metricName: `${name}_bucket`,
        labels: { ...labels, le: buckets[bucket] ?? "+Inf" },
        value: count,
      };
    });
    return [
      ...upTo,
      { metricName: `${name}_sum`, labels, value: sum },
      { metricName: `${name}_count`, labels, value: count },
    ];
  }
}
