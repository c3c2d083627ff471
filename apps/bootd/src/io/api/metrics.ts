// Prometheus metrics of a boot server.
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { BootServer } from "../../boot-server.ts";
import type { CountedEvent, RouteCount } from "../../served/counters.ts";

const EVENTS: Readonly<Record<CountedEvent, readonly [name: string, help: string]>> = {
  refusedApiConnections: [
    "leasehold_boot_api_connections_refused_total",
    "Connections to the API closed at once because there were too many.",
  ],
  refusedConnections: [
    "leasehold_boot_http_connections_refused_total",
    "HTTP connections closed at once because there were too many.",
  ],
  badMessages: ["leasehold_boot_bad_messages_total", "NATS messages rejected because they are malformed."],
  badRecords: ["leasehold_boot_bad_records_total", "Unreadable records received from a bucket."],
  anomalies: ["leasehold_boot_anomalies_total", "Recoverable errors while following the buckets."],
  faults: ["leasehold_boot_faults_total", "Requests that failed by a fault of this process or its disk."],
  upstreamFaults: [
    "leasehold_boot_upstream_faults_total",
    "Questions to other servers for a script that were not answered.",
  ],
  otherScripts: [
    "leasehold_boot_explained_scripts_total",
    "Scripts that say on the console why the machine gets no profile of the document.",
  ],
  loops: [
    "leasehold_boot_loops_total",
    "Scripts fetched so often by one machine that it gets one that ends the loop.",
  ],
};

const ROUTES: readonly (readonly [name: string, help: string, value: (count: RouteCount) => number])[] = [
  ["leasehold_boot_requests_total", "Requests by route, protocol and outcome.", ({ requests }) => requests],
  [
    "leasehold_boot_sent_bytes_total",
    "Octets of content sent, by route, protocol and outcome.",
    ({ bytes }) => bytes,
  ],
  [
    "leasehold_boot_request_seconds_total",
    "Time from requests to their ends, summed up.",
    ({ seconds }) => seconds,
  ],
];

export function metricsOf(server: BootServer): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const [name, help, value] of ROUTES) {
    const counter = new Counter({
      ...{ name, help, labelNames: ["route", "via", "outcome"], registers: [registry] },
      collect: () => {
        counter.reset();
        for (const count of server.counters.routes) {
          const { route, via, outcome } = count;
          counter.inc({ route, via, outcome }, value(count));
        }
      },
    });
  }
  addTimeline(registry, server);
  for (const [event, [name, help]] of Object.entries(EVENTS)) {
    const counter = new Counter({
      ...{ name, help, registers: [registry] },
      collect: () => {
        counter.reset();
        counter.inc(server.counters.of(event as CountedEvent));
      },
    });
  }
  gauge("leasehold_boot_http_connections", "HTTP connections that are open.", () => server.http.connections);
  gauge(
    "leasehold_boot_http_connections_max",
    "How many HTTP connections may be open.",
    () => server.file.http.connectionsMax,
  );
  gauge("leasehold_boot_http_transfers", "Files on their way by HTTP.", () => server.http.transfers.running);
  gauge("leasehold_boot_tftp_transfers", "Files on their way by TFTP.", () => server.tftp.running);
  gauge(
    "leasehold_boot_events_pending",
    "Events of boots that wait for the stream.",
    () => server.timeline.pending,
  );
  gauge("leasehold_boot_ready", "1 while all three buckets are known.", () =>
    Number(server.unreadiness() === undefined),
  );
  gauge(
    "leasehold_boot_network_revision",
    "The revision of the network document in use.",
    () => server.views.network.revision,
  );
  return registry;

  function gauge(name: string, help: string, value: () => number): void {
    const one: Gauge = new Gauge({ name, help, registers: [registry], collect: () => one.set(value()) });
  }
}

function addTimeline(registry: Registry, { timeline }: BootServer): void {
  const stages: Counter = new Counter({
    name: "leasehold_boot_stages_total",
    help: "Stages of boots seen here, by stage (file, script, loop), outcome and processor.",
    labelNames: ["stage", "outcome", "arch"],
    registers: [registry],
    collect: () => {
      stages.reset();
      for (const { stage, outcome, arch, count } of timeline.stages)
        stages.inc({ stage, outcome, arch }, count);
    },
  });
  const stored: Counter = new Counter({
    name: "leasehold_boot_events_total",
    help: "Events of boots on their way into the stream dhcp-boot-log, by outcome.",
    labelNames: ["outcome"],
    registers: [registry],
    collect: () => {
      stored.reset();
      for (const [outcome, count] of timeline.stored) stored.inc({ outcome }, count);
    },
  });
}
