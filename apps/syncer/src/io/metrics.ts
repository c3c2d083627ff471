// Prometheus metrics, read off the sources' status when asked for.
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { SourceStatus } from "../rounds/source-status.ts";

const HELP: Readonly<Record<string, string>> = {
  reads: "Successful reads of the source.",
  failures: "Failed reads of the source, and reads whose events could not be stored.",
  rows: "Rows of the last full read.",
  hosts: "Hosts of the last full read.",
  quarantined: "Hosts with data that cannot be served.",
  unusable: "Rows that belong to no host.",
  held: "Hosts whose removal the brake has stopped.",
  last_read_seconds: "Time of the last full read, in seconds since the epoch; 0 if there was none.",
};

export interface SyncerMetrics {
  readonly registry: Registry;
  readonly noteRefusedConnection: () => void;
}

export function metricsOf(statuses: () => readonly SourceStatus[], isReady: () => boolean): SyncerMetrics {
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
    help: "Host events written since the start.",
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
    help: "Failed reads by kind: timeout, too-large, not-json, …",
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
    help: "1 while the inventory bucket is followed and every source has been read.",
    registers: [registry],
    collect: () => {
      ready.set(isReady() ? 1 : 0);
    },
  });
  const refused = new Counter({
    name: "leasehold_syncer_api_connections_refused_total",
    help: "Connections to the API that were closed at once, as there were too many",
    registers: [registry],
  });
  return { registry, noteRefusedConnection: () => refused.inc() };
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
