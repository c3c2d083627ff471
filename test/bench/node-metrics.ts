// What the nodes say of themselves at /metrics.
import type { Lab } from "../lab/lab.ts";

export type Metrics = ReadonlyMap<string, number>;

export async function metricsOf(lab: Lab, node: string): Promise<Metrics> {
  const { body } = await lab.api(node, "/metrics");
  return parseMetrics(String(body));
}

export const allMetrics = (lab: Lab): Promise<Metrics[]> =>
  Promise.all(lab.nodes.map(({ name }) => metricsOf(lab, name)));

/** By name and labels, as they stand there, without the label `node`. */
export function parseMetrics(text: string): Metrics {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    lines.map((line) => {
      const end = line.lastIndexOf(" ");
      return [withoutNode(line.slice(0, end)), Number(line.slice(end + 1))];
    }),
  );
}

const withoutNode = (name: string) =>
  name
    .replace(/\bnode="[^"]*",?/, "")
    .replace(/,\}$/, "}")
    .replace("{}", "");

/** What was stored in the lease bucket, over all nodes. */
export async function leaseWrites(lab: Lab): Promise<number> {
  const all = await allMetrics(lab);
  return all.reduce(
    (sum, metrics) => sum + (metrics.get('leasehold_commits_total{outcome="stored"}') ?? 0),
    0,
  );
}

/**
 * A quantile of a histogram between two looks: the upper bound of the bucket in which it is, so never too small.
 * `name` is without `_bucket`; undefined when nothing was counted between them.
 */
export function quantileBetween(
  before: Metrics,
  after: Metrics,
  name: string,
  share: number,
): number | undefined {
  const bounds = [...after.keys()].flatMap((key) => {
    const bound = key.startsWith(`${name}_bucket{`) ? /\ble="([^"]+)"/.exec(key)?.[1] : undefined;
    return bound === undefined ? [] : [[bound === "+Inf" ? Infinity : Number(bound), key] as const];
  });
  const counts = bounds
    .map(([bound, key]) => [bound, after.get(key)! - (before.get(key) ?? 0)] as const)
    .toSorted(([a], [b]) => a - b);
  const total = counts.at(-1)?.[1] ?? 0;
  return total === 0 ? undefined : counts.find(([, count]) => count >= share * total)![0];
}
