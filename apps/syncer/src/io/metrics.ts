// Prometheus metrics, read off the sources' status when asked for.
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { SourceStatus } from "../source-status.ts";

const HELP: Readonly<Record<string, string>> = {
  reads: "Looks at the source that succeeded",
  failures: "Looks at the source that failed, or whose events could not be stored",
  rows: "Rows of the last whole read",
  hosts: "Hosts of the last whole read",
  quarantined: "Hosts of which the source says something that cannot be served",
  unusable: "Rows that are no host's",
  held: "Hosts that would be lost and are held by the brake",
  last_read_seconds: "When the source was last read whole, seconds since the epoch; 0 for never",
};

export function metricsOf(statuses: () => readonly SourceStatus[], isReady: () => boolean): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const [name, help] of Object.entries(HELP)) {
    const gauge = new Gauge({
      name: `leasehold_syncer_${name}`,
      help,
      labelNames: ["source"],
      registers: [registry],
      collect: () => {
        for (const status of statuses()) gauge.set({ source: status.name }, valuesOf(status)[name] ?? 0);
      },
    });
  }
  const events = new Gauge({
    name: "leasehold_syncer_events",
    help: "Host events written since the start",
    labelNames: ["source", "type"],
    registers: [registry],
    collect: () => {
      for (const status of statuses()) {
        for (const [type, count] of Object.entries(status.events))
          events.set({ source: status.name, type }, count);
      }
    },
  });
  const failures = new Gauge({
    name: "leasehold_syncer_failures_by_kind",
    help: "Looks that failed, by kind: timeout, too-large, not-json, …",
    labelNames: ["source", "kind"],
    registers: [registry],
    collect: () => {
      for (const status of statuses()) {
        for (const [kind, count] of Object.entries(status.failuresByKind))
          failures.set({ source: status.name, kind }, count);
      }
    },
  });
  const ready = new Gauge({
    name: "leasehold_syncer_ready",
    help: "1 while the inventory bucket is followed and every source has been read",
    registers: [registry],
    collect: () => {
      ready.set(isReady() ? 1 : 0);
    },
  });
  return registry;
}

function valuesOf(status: SourceStatus): Readonly<Record<string, number>> {
  return {
    reads: status.reads,
    failures: status.failures,
    rows: status.rows,
    hosts: status.hosts,
    quarantined: status.quarantined.length,
    unusable: status.unusable.length,
    held: status.held.length,
    last_read_seconds: status.lastFullRead === null ? 0 : Date.parse(status.lastFullRead) / 1000,
  };
}
