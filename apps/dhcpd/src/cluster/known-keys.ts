// How much a node knows of what the buckets hold: it is told in heartbeats and noted in the store, so that less is noticed.

/**
 * How many keys of its buckets a node knows, whatever they say. In the notes of members, `hosts` are those that are served: a bucket that
 * was filled again has no key of a host that was removed before.
 */
export interface KnownKeys {
  readonly leases: number;
  readonly hosts: number;
}

/** As another process wrote it; undefined for what is none. */
export function knownKeysOf(value: unknown): KnownKeys | undefined {
  const { leases, hosts } = (value ?? {}) as Partial<KnownKeys>;
  return Number.isSafeInteger(leases) && Number.isSafeInteger(hosts)
    ? { leases: leases!, hosts: hosts! }
    : undefined;
}
