// Prometheus: the counters, and what there is at the moment of the question. A metric is a line of one of three tables: one that counts
// what happened, one with a value, one with a value for each word of a label.
import { INVENTORY, LEASES, NETWORK } from "@leasehold/bus";
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { NodeView } from "../../api/node-view.ts";
import { DURABILITIES } from "../../store/durability.ts";
import { STORE_STATES } from "../../store/store-health.ts";
import { STORE_ALARMS } from "../../store-loss/store-alarms.ts";
import type { CounterGroup } from "../../telemetry/counters.ts";
import { addBootMetrics } from "./boot-metrics.ts";
import { watchEventLoopDelay } from "./event-loop-delay.ts";
import { PlainHistogram } from "./plain-histogram.ts";

const COUNTERS: readonly [name: string, help: string, group: CounterGroup, label: string][] = [
  [
    "leasehold_packets_received_total",
    "DHCP messages received and decoded, by message type.",
    "received",
    "type",
  ],
  [
    "leasehold_packets_dropped_total",
    "Packets dropped before a lease decision, by reason.",
    "dropped",
    "reason",
  ],
  ["leasehold_replies_total", "Replies sent, by message type.", "replied", "type"],
  [
    "leasehold_options_omitted_total",
    "Options left out of a reply because they did not fit, by option code.",
    "omitted",
    "code",
  ],
  ["leasehold_silent_total", "Decisions not to reply, by reason.", "silent", "reason"],
  ["leasehold_refused_total", "DHCPNAKs sent, by reason.", "refused", "reason"],
  ["leasehold_commits_total", "Lease events written to the store, by outcome.", "commits", "outcome"],
  [
    "leasehold_forwarded_batches_total",
    "Batches that one node publishes for another under load, by outcome.",
    "forwarded",
    "outcome",
  ],
  [
    "leasehold_bad_messages_total",
    "NATS messages rejected because they are malformed, by kind.",
    "badMessages",
    "kind",
  ],
  [
    "leasehold_bad_records_total",
    "Unreadable records received from a bucket, by bucket.",
    "badRecords",
    "bucket",
  ],
  [
    "leasehold_events_dropped_total",
    "Events of this node dropped because a subscriber did not read them in time, by event.",
    "unheard",
    "event",
  ],
  ["leasehold_anomalies_total", "Recoverable errors, by kind.", "anomalies", "kind"],
];

const GAUGES: readonly [name: string, help: string, read: (node: NodeView) => number][] = [
  [
    "leasehold_ready",
    "1 when this node answers clients.",
    (node) => (node.unreadiness() === undefined ? 1 : 0),
  ],
  [
    "leasehold_network_document_load_seconds",
    "Time to load the network document in use, from its record to its use.",
    (node) => node.world.networkLoadMs / 1000,
  ],
  ["leasehold_leases", "Addresses that have a lease record.", (node) => node.world.view.size],
  [
    "leasehold_stray_leases",
    "Unexpired leases whose address is in no subnet of the network document.",
    ({ world, clocks }) => world.strays.countAt(clocks.now()),
  ],
  [
    "leasehold_offers",
    "Offers in memory that no client has requested yet.",
    (node) => node.world.offers.size,
  ],
  ["leasehold_hosts", "Inventory hosts that are served.", (node) => node.world.inventory.size],
  [
    "leasehold_hosts_quarantined",
    "Problems of inventory hosts: records, addresses or names that are not used.",
    (node) => node.world.inventory.quarantined().length,
  ],
  [
    "leasehold_lease_consumer_paused",
    "1 while the consumer of the lease stream is paused because the other nodes announce every commit.",
    (node) => (node.isLeaseConsumerPaused ? 1 : 0),
  ],
  [
    "leasehold_alarms",
    "Active alarms: pools that are nearly full or fill fast, clients that decline too much.",
    (node) => node.world.alarms.sentences.length,
  ],
  [
    "leasehold_commits_pending",
    "DHCP exchanges that wait for a write to the lease store.",
    (node) => node.pending,
  ],
  [
    "leasehold_network_revision",
    "Revision of the network document in use.",
    (node) => node.world.network.revision,
  ],
  [
    "leasehold_members_serving",
    "Nodes that serve clients, by the heartbeats that this node receives.",
    (node) => node.world.members.names.length,
  ],
  [
    "leasehold_members",
    "Member nodes of the cluster, including dead ones.",
    (node) => node.world.membership.sizeAt(node.clocks.steady()),
  ],
  [
    "leasehold_floating_address_carried",
    "1 on the node that has the floating address of the cluster.",
    (node) => (node.carriesFloatingAddress ? 1 : 0),
  ],
  [
    "leasehold_clock_difference_seconds",
    "How far the wall clock of this node is ahead of the time of the NATS stream.",
    (node) => node.clock.wallDifferenceMs / 1000,
  ],
  [
    "leasehold_clock_fenced",
    "1 while this node is fenced because its clock and the time of the stream differ.",
    (node) => (node.clock.isFenced ? 1 : 0),
  ],
];

const isOne = (states: readonly string[], current: string): Values =>
  states.map((state) => [state, state === current ? 1 : 0]);

type Values = readonly (readonly [value: string, count: number])[];

/** A value for each word of a label. */
const LABELLED: readonly [name: string, help: string, label: string, read: (node: NodeView) => Values][] = [
  [
    "leasehold_view_position",
    "Last stream sequence applied, by bucket.",
    "bucket",
    (node) => (["leases", "inventory", "network"] as const).map((view) => [view, node.position(view)]),
  ],
  [
    "leasehold_link_up",
    "1 if the interface is served, 0 if it is missing, down, or has no address.",
    "interface",
    (node) => node.links.views.map(({ name, state }) => [name, state === "up" ? 1 : 0]),
  ],
  [
    "leasehold_store_state",
    "1 for the current state of the lease store, 0 for the others.",
    "state",
    (node) => isOne(STORE_STATES, node.storeState),
  ],
  [
    "leasehold_unreadable_records",
    "Unreadable records currently in a bucket, by bucket.",
    "bucket",
    ({ unreadable }) => [LEASES, INVENTORY, NETWORK].map((bucket) => [bucket, unreadable.countOf(bucket)]),
  ],
  [
    "leasehold_store_alarm",
    "1 while the alarm about the contents of the store is active; `leasehold status` and the log explain it.",
    "alarm",
    ({ alarms }) => STORE_ALARMS.map((alarm) => [alarm, alarms.isOn(alarm) ? 1 : 0]),
  ],
  [
    "leasehold_store_durability",
    "When NATS calls fsync: always before it acknowledges, at an interval, or unknown. 1 for the current one.",
    "durability",
    (node) => isOne(DURABILITIES, node.disks.durability),
  ],
];

const SECONDS = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

export function metricsOf(node: NodeView): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ node: node.file.name });
  collectDefaultMetrics({ register: registry });
  for (const [name, help, group, label] of COUNTERS) addCounter(registry, node, name, help, group, label);
  for (const [name, help, read] of GAUGES) {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read(node));
      },
    });
  }
  for (const [name, help, label, read] of LABELLED) {
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [registry],
      collect() {
        for (const [value, count] of read(node)) this.set({ [label]: value }, count);
      },
    });
  }
  addPools(registry, node);
  addBootMetrics(registry, node);
  addHistograms(registry, node);
  addEventLoopDelay(registry);
  return registry;
}

function addCounter(
  registry: Registry,
  node: NodeView,
  name: string,
  help: string,
  group: CounterGroup,
  label: string,
): void {
  new Counter({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    collect() {
      this.reset();
      for (const [value, count] of node.counters.of(group)) this.inc({ [label]: value }, count);
    },
  });
}

function addPools(registry: Registry, node: NodeView): void {
  new Gauge({
    name: "leasehold_pool_addresses",
    help: "Addresses of a pool: all, those in use, and those in use that are declined.",
    labelNames: ["pool", "what"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [pool, { size, used, declined }] of node.world.poolUse) {
        this.set({ pool, what: "all" }, size);
        this.set({ pool, what: "used" }, used);
        this.set({ pool, what: "declined" }, declined);
      }
    },
  });
}

function addHistograms(registry: Registry, node: NodeView): void {
  const commits = new PlainHistogram({
    name: "leasehold_commit_seconds",
    help: "Duration of a batch of writes to the lease store, by outcome.",
    label: "outcome",
    buckets: SECONDS,
    registry,
  });
  const sizes = new PlainHistogram({
    name: "leasehold_commit_batch_size",
    help: "Lease events in a batch of writes.",
    buckets: [1, 2, 4, 8, 16, 32, 64, 128],
    registry,
  });
  const replies = new PlainHistogram({
    name: "leasehold_reply_seconds",
    help: "Time from receiving a packet to sending its reply, by message type of the reply.",
    label: "type",
    buckets: SECONDS,
    registry,
  });
  node.events.batch.subscribe(({ size, outcome, ms }) => {
    commits.observe(outcome, ms / 1000);
    sizes.observe("", size);
  });
  node.events.reply.subscribe(({ type, ms }) => replies.observe(type, ms / 1000));
}

function addEventLoopDelay(registry: Registry): void {
  const delays = new PlainHistogram({
    name: "leasehold_event_loop_delay_seconds",
    help: "Event loop delay, measured with a 25 ms timer.",
    buckets: [0.001, 0.002, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.25, 1],
    registry,
  });
  watchEventLoopDelay((seconds) => delays.observe("", seconds));
}
