// A CPU profile as V8 writes it (`.cpuprofile`), and what it says: time by stage, by function, and by stack.
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  /** Node ids, one a sample, and the µs since the sample before. */
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly children?: readonly number[];
}

export interface Share {
  readonly name: string;
  /** Self time, ms. */
  readonly millis: number;
}

/** Where code belongs, by the first pattern that its file matches. */
const STAGES: readonly (readonly [stage: string, file: RegExp])[] = [
  ["wire: decode, encode", /\/libs\/protocol\//],
  ["network: subnet, settings", /\/libs\/network\//],
  ["inventory", /\/libs\/inventory\//],
  [
    "lease store: group commits, JetStream",
    /\/libs\/leases\/src\/(group-commits|nats|lease-store)\.ts|\/libs\/bus\//,
  ],
  ["leases: decide, view", /\/libs\/leases\//],
  ["sockets", /\/apps\/dhcpd\/src\/io\/(link|libc|frame)|node:dgram|\/koffi\//],
  ["HTTP, metrics, log", /\/apps\/dhcpd\/src\/io\/(api|metrics)|prom-client|fastify|pino|sonic-boom/],
  ["dhcpd: gates, transactions, reply", /\/apps\/dhcpd\//],
  ["NATS client", /@nats-io\//],
  ["Node itself", /^node:/],
];

/** The stage of time without work. */
export const IDLE = "idle";

/** What no file says: V8's own words for what it did. */
const VIRTUAL: Readonly<Record<string, string>> = {
  "(garbage collector)": "garbage collection",
  "(idle)": IDLE,
  "(program)": "native code, system calls",
  "(root)": IDLE,
};

/** Self time by node id, ms. */
export function selfTimes({ samples, timeDeltas }: CpuProfile): Map<number, number> {
  const times = new Map<number, number>();
  for (const [index, id] of samples.entries()) {
    // A sample stands for the time until the next one.
    times.set(id, (times.get(id) ?? 0) + Math.max(0, timeDeltas[index + 1] ?? 0) / 1000);
  }
  return times;
}

export function stageOf({ callFrame: { functionName, url } }: ProfileNode): string {
  const virtual = VIRTUAL[functionName];
  if (virtual && url === "") return virtual;
  return (
    STAGES.find(([, file]) => file.test(url))?.[0] ?? (url === "" ? "native code, system calls" : "others")
  );
}

export const byStage = (profile: CpuProfile): Share[] => sharesBy(profile, stageOf);
export const byFunction = (profile: CpuProfile): Share[] =>
  sharesBy(profile, (node) => (stageOf(node) === IDLE ? undefined : nameOf(node)));

/** The function and its file, from the repository's or the package's folder on. */
export function nameOf({ callFrame: { functionName, url, lineNumber } }: ProfileNode): string {
  const file = url.replace(/^.*\/node_modules\//, "").replace(/^.*?\/(?=(apps|libs)\/)/, "");
  return file === "" ? functionName : `${functionName || "(anonymous)"} ${file}:${lineNumber + 1}`;
}

function sharesBy(profile: CpuProfile, key: (node: ProfileNode) => string | undefined): Share[] {
  const times = selfTimes(profile);
  const sums = new Map<string, number>();
  for (const node of profile.nodes) {
    const name = key(node);
    if (name !== undefined) sums.set(name, (sums.get(name) ?? 0) + (times.get(node.id) ?? 0));
  }
  const shares = [...sums].map(([name, millis]) => ({ name, millis }));
  return shares.filter(({ millis }) => millis > 0).toSorted((a, b) => b.millis - a.millis);
}
