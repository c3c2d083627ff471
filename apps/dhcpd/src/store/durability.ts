// Whether what NATS acknowledges is on disk. With `sync_interval: always` it is, on a majority; with any other interval (two minutes,
// unless it is set) a power cut of all servers loses what was acknowledged since. No client can see that: only a server's
// monitoring tells.

export const DURABILITIES = ["always", "interval", "unknown"] as const;
export type Durability = (typeof DURABILITIES)[number];

export interface ServerSync {
  readonly durability: Durability;
  /** For people: what was found. */
  readonly found: string;
}

/** What a server's /varz says of it. */
export function syncOf(varz: unknown): ServerSync {
  const config = (varz as { jetstream?: { config?: Record<string, unknown> } } | null)?.jetstream?.config;
  if (config?.sync_always === true) return { durability: "always", found: "sync_interval: always" };
  if (typeof config?.sync_interval !== "number") {
    return { durability: "unknown", found: "it says nothing of sync_interval" };
  }
  return { durability: "interval", found: `sync_interval: ${config.sync_interval / 1e9} s` };
}

/** Of several servers the weakest counts: any of them may be in the majority that acknowledged. */
export function weakestOf(servers: readonly ServerSync[]): ServerSync {
  const worst = (["interval", "unknown"] as const).flatMap((durability) =>
    servers.filter((server) => server.durability === durability),
  )[0];
  return worst ?? servers[0] ?? { durability: "unknown", found: "nats.monitoring is not set" };
}
