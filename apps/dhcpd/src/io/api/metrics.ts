// Prometheus: the counters, and what there is at the moment of the question.
import { INVENTORY, LEASES, NETWORK } from "@leasehold/bus";
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { NodeView } from "../../api/node-view.ts";
import { DURABILITIES } from "../../store/durability.ts";
import { STORE_STATES } from "../../store/store-health.ts";
import { STORE_ALARMS } from "../../store-loss/store-alarms.ts";
import type { CounterGroup } from "../../telemetry/counters.ts";
import { watchEventLoopDelay } from "./event-loop-delay.ts";
import { PlainHistogram } from "./plain-histogram.ts";

const COUNTERS: readonly [name: string, help: string, group: CounterGroup, label: string][] = [
  ["leasehold_packets_received_total", "Packets that could be read, by message type.", "received", "type"],
  [
    "leasehold_packets_dropped_total",
    "Packets that were not put to a decision, by reason.",
    "dropped",
    "reason",
  ],
  ["leasehold_replies_total", "Replies that left, by message type.", "replied", "type"],
  [
    "leasehold_options_omitted_total",
    "Options that a reply should have and that found no room in it, by code.",
    "omitted",
    "code",
  ],
  ["leasehold_silent_total", "Decisions to stay silent, by reason.", "silent", "reason"],
  ["leasehold_refused_total", "NAKs, by reason.", "refused", "reason"],
  ["leasehold_commits_total", "Events put to the lease store, by outcome.", "commits", "outcome"],
  [
    "leasehold_joint_batches_total",
    "Batches that one node publishes for others: handed to it, taken from them, refused by it, not answered by it.",
    "joint",
    "outcome",
  ],
  [
    "leasehold_bad_messages_total",
    "Messages on NATS that are not what nodes say, and are not used, by kind.",
    "badMessages",
    "kind",
  ],
  [
    "leasehold_bad_records_total",
    "Records seen that cannot be read and are left alone, by bucket.",
    "badRecords",
    "bucket",
  ],
  ["leasehold_trouble_total", "What went wrong and healed or was worked around, by kind.", "trouble", "kind"],
];

const GAUGES: readonly [name: string, help: string, read: (node: NodeView) => number][] = [
  [
    "leasehold_ready",
    "1 when this node answers clients.",
    (node) => (node.unreadiness() === undefined ? 1 : 0),
  ],
  [
    "leasehold_network_document_load_seconds",
    "How long the node took to put the network document into force, once it had its record.",
    (node) => node.world.networkLoadMs / 1000,
  ],
  ["leasehold_leases", "Addresses with a record in the lease view.", (node) => node.world.view.size],
  [
    "leasehold_stray_leases",
    "Leases that have not ended and whose address is in no subnet of the network document.",
    ({ world, clocks }) => world.strays.countAt(clocks.now()),
  ],
  ["leasehold_offers", "Offers held in memory.", (node) => node.world.offers.size],
  ["leasehold_hosts", "Hosts of the inventory that are served.", (node) => node.world.inventory.size],
  [
    "leasehold_hosts_quarantined",
    "Entries of the inventory that are not served.",
    (node) => node.world.inventory.quarantined().length,
  ],
  [
    "leasehold_leases_feed_resting",
    "1 while the other nodes tell all that is stored, so that the stream's own feed can rest.",
    (node) => (node.isFeedResting ? 1 : 0),
  ],
  [
    "leasehold_alarms",
    "Alarms that stand: pools that are nearly full or fill fast, clients that decline too much.",
    (node) => node.world.alarms.sentences.length,
  ],
  ["leasehold_commits_pending", "Exchanges that wait for the lease store.", (node) => node.pending],
  [
    "leasehold_network_revision",
    "Revision of the network document in force.",
    (node) => node.world.network.revision,
  ],
  [
    "leasehold_members_serving",
    "Nodes that serve, as this node hears them.",
    (node) => node.world.members.names.length,
  ],
  [
    "leasehold_members",
    "Nodes that the cluster has, dead ones included.",
    (node) => node.world.membership.sizeAt(node.clocks.steady()),
  ],
  [
    "leasehold_floating_address_carried",
    "1 on the node that carries the cluster's floating address.",
    (node) => (node.carriesFloatingAddress ? 1 : 0),
  ],
  [
    "leasehold_clock_difference_seconds",
    "By how much this node's wall clock is ahead of stream time.",
    (node) => node.clock.wallDifferenceMs / 1000,
  ],
  [
    "leasehold_clock_fenced",
    "1 while this node answers nobody because its clocks and the stream's differ.",
    (node) => (node.clock.isFenced ? 1 : 0),
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
  addPositions(registry, node);
  addLinks(registry, node);
  addStoreState(registry, node);
  addUnreadable(registry, node);
  addAlarms(registry, node);
  addDurability(registry, node);
  addPools(registry, node);
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

function addPositions(registry: Registry, node: NodeView): void {
  new Gauge({
    name: "leasehold_view_position",
    help: "Newest stream sequence applied, by bucket.",
    labelNames: ["bucket"],
    registers: [registry],
    collect() {
      for (const view of ["leases", "inventory", "network"] as const)
        this.set({ bucket: view }, node.position(view));
    },
  });
}

function addUnreadable(registry: Registry, node: NodeView): void {
  new Gauge({
    name: "leasehold_unreadable_records",
    help: "Records that are there now and cannot be read, by bucket.",
    labelNames: ["bucket"],
    registers: [registry],
    collect() {
      for (const bucket of [LEASES, INVENTORY, NETWORK])
        this.set({ bucket }, node.unreadable.countOf(bucket));
    },
  });
}

function addLinks(registry: Registry, node: NodeView): void {
  new Gauge({
    name: "leasehold_link_up",
    help: "1 for an interface of node.yaml that is served, 0 for one that is missing, down, or has no address.",
    labelNames: ["interface"],
    registers: [registry],
    collect() {
      for (const { name, state } of node.links.views) this.set({ interface: name }, state === "up" ? 1 : 0);
    },
  });
}

function addStoreState(registry: Registry, node: NodeView): void {
  new Gauge({
    name: "leasehold_store_state",
    help: "1 for the state that the lease store is in, 0 for the others.",
    labelNames: ["state"],
    registers: [registry],
    collect() {
      for (const state of STORE_STATES) this.set({ state }, state === node.storeState ? 1 : 0);
    },
  });
}

function addAlarms(registry: Registry, node: NodeView): void {
  new Gauge({
    name: "leasehold_store_alarm",
    help: "1 while that is wrong with what the store holds; status and log say it in words.",
    labelNames: ["alarm"],
    registers: [registry],
    collect() {
      for (const alarm of STORE_ALARMS) this.set({ alarm }, node.alarms.isOn(alarm) ? 1 : 0);
    },
  });
}

function addDurability(registry: Registry, node: NodeView): void {
  new Gauge({
    name: "leasehold_store_durability",
    help: "1 for when NATS writes to disk: always before it acknowledges, at an interval, or unknown.",
    labelNames: ["durability"],
    registers: [registry],
    collect() {
      for (const durability of DURABILITIES)
        this.set({ durability }, durability === node.disks.durability ? 1 : 0);
    },
  });
}

function addPools(registry: Registry, node: NodeView): void {
  new Gauge({
    name: "leasehold_pool_addresses",
    help: "Addresses of a pool: all that it may give, those in use, and those of them that are declined.",
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
    help: "Time of a batch of commits, by outcome.",
    label: "outcome",
    buckets: SECONDS,
    registry,
  });
  const sizes = new PlainHistogram({
    name: "leasehold_commit_batch_size",
    help: "Events in a batch of commits.",
    buckets: [1, 2, 4, 8, 16, 32, 64, 128],
    registry,
  });
  const replies = new PlainHistogram({
    name: "leasehold_reply_seconds",
    help: "Time from reading a packet to sending its reply, by type of reply.",
    label: "type",
    buckets: SECONDS,
    registry,
  });
  node.observers.onBatch = (size, outcome, ms) => {
    commits.observe(outcome, ms / 1000);
    sizes.observe("", size);
  };
  node.observers.onReplied = (type, ms) => replies.observe(type, ms / 1000);
}

function addEventLoopDelay(registry: Registry): void {
  const delays = new PlainHistogram({
    name: "leasehold_event_loop_delay_seconds",
    help: "How late a timer of 10 ms was: as long waits a packet before it is looked at.",
    buckets: [0.001, 0.002, 0.005, 0.01, 0.015, 0.02, 0.03, 0.05, 0.1, 0.25, 1],
    registry,
  });
  watchEventLoopDelay((seconds) => delays.observe("", seconds));
}
