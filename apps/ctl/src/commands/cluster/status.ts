// `leasehold status`: GET /api/v1/cluster, the cluster as the node that answered sees it.

import { type Unusable, unusableLines } from "../../answers/unusable.ts";
import type { Command } from "../../command.ts";
import type { ExitCode } from "../../failure.ts";
import { card, table } from "../../text/table.ts";
import { relativeTime } from "../../text/times.ts";

interface ClusterView extends Unusable {
  readonly node: string;
  readonly version: string;
  readonly serverIdentifier: {
    readonly mode: string;
    readonly address?: string;
    /** Where it floats: the node that has it now. */
    readonly carriedBy?: string | null;
  };
  readonly nodes: readonly NodeView[];
  /** Processes that do not answer DHCP; absent from a node of an earlier version. */
  readonly others?: readonly OtherView[];
  /** Absent from a node of an earlier version. */
  readonly warnings?: readonly string[];
  readonly alarms?: readonly string[];
  readonly unserved?: readonly { readonly id: string; readonly problem: string }[];
  readonly store: {
    readonly state: string;
    readonly server?: string | null;
    readonly serverVersion?: string | null;
  };
}

interface OtherView {
  readonly name: string;
  readonly role: string;
  readonly state: string;
  readonly addresses: readonly string[];
  readonly version: string;
  readonly notReady: string | null;
  readonly lastSeen: string;
}

interface NodeView {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly state: string;
  /** Null for a node from which the asked node has received nothing since its start. */
  readonly version: string | null;
  readonly networkRevision: number | null;
  readonly hosts: number | null;
  readonly leases: number | null;
  readonly lastSeen: string | null;
  readonly floating?: { readonly obstacle: string | null };
  /** What is wrong with the store, as it sees it. */
  readonly storeAlarms?: readonly string[];
  /** Why it is not ready; null when it is. */
  readonly notReady?: string | null;
  readonly links?: readonly {
    readonly name: string;
    readonly state?: string;
    readonly problem?: string;
    readonly subnet: string | null;
  }[];
}

export const status: Command = {
  name: "status",
  positionals: [],
  about: "Show the nodes of the cluster and the state of the store.",
  async run({ api, environment }) {
    const reply = await api.get("/api/v1/cluster");
    const cluster = reply.body as ClusterView;
    return {
      exitCode: exitCodeOf(cluster),
      json: cluster,
      lines: [
        ...headLines(cluster, reply.server),
        "",
        ...nodeLines(cluster, environment.now()),
        ...otherLines(cluster, environment.now()),
        ...obstacleLines(cluster),
        ...alarmLines(cluster),
        ...troubleLines(cluster),
        ...warningLines(cluster),
        ...unusableLines(cluster),
      ],
    };
  },
};

function headLines({ node, serverIdentifier, store }: ClusterView, server: string): string[] {
  const { mode, address, carriedBy } = serverIdentifier;
  const carrier = mode === "floating" ? `(${carriedBy ? `on ${carriedBy}` : "on no node"})` : undefined;
  const identifier = [mode, address, carrier].filter(Boolean).join(" ");
  const nats = store.server ? ` (nats-server ${store.serverVersion} on ${store.server})` : "";
  return card([
    ["asked", `${node} at ${server}`],
    ["store", `${store.state}${nats}`],
    ["server identifier", identifier],
  ]);
}

const isAway = ({ state }: NodeView) => state === "dead" || state === "stopped";
type Shown = Pick<OtherView, "state"> & { readonly notReady?: string | null };
const isReady = (node: Shown) => node.state === "serving" && !node.notReady;

/** A node that serves and would not be given clients by a load balancer is not ready. */
function shownState(node: Shown): string {
  return node.state === "serving" && node.notReady ? "not ready" : node.state;
}

/** 0: all is well; 1: something is not, and clients are served; 2: no node is ready. For scripts and monitoring. */
function exitCodeOf(cluster: ClusterView): ExitCode {
  if (!cluster.nodes.some(isReady)) return STATUS_CODE.notServing;
  const isWell =
    (cluster.alarms ?? []).length === 0 &&
    cluster.nodes.every(isReady) &&
    (cluster.others ?? []).every(isReady) &&
    cluster.store.state === "healthy" &&
    troublesOf(cluster).length === 0;
  return isWell ? STATUS_CODE.well : STATUS_CODE.degraded;
}

const STATUS_CODE = { well: 0, degraded: 1, notServing: 2 } as const;

function troublesOf({ nodes, others = [], unserved = [] }: ClusterView): string[] {
  const alive = nodes.filter((node) => !isAway(node));
  const without = alive.flatMap(({ name, links = [] }) =>
    links.filter((link) => link.subnet === null).map((link) => ({ name, link: link.name })),
  );
  const byLink = Map.groupBy(without, ({ link }) => link);
  return [
    ...alive.flatMap(({ name, notReady }) => (notReady ? [`${name} is not ready: ${notReady}.`] : [])),
    ...others.flatMap(({ role, name, notReady, state }) =>
      notReady && state !== "dead" && state !== "stopped"
        ? [`${role} ${name} is not ready: ${notReady}.`]
        : [],
    ),
    ...[...byLink].map(
      ([link, each]) => `${each.map(({ name }) => name).join(", ")}: ${link} has no subnet.`,
    ),
    ...unserved.map(({ id, problem }) => `subnet ${id}: ${problem}.`),
  ];
}

function troubleLines(cluster: ClusterView): string[] {
  const lines = troublesOf(cluster);
  return lines.length > 0 ? ["", ...lines] : [];
}

function obstacleLines({ nodes }: ClusterView): string[] {
  const lines = nodes.flatMap(({ name, state, floating }) =>
    floating?.obstacle && state !== "dead" && state !== "stopped"
      ? [`${name} cannot take the floating address: ${floating.obstacle}.`]
      : [],
  );
  return lines.length > 0 ? ["", ...lines] : [];
}

function warningLines({ warnings = [], alarms = [] }: ClusterView): string[] {
  const lines = [
    ...alarms.map((alarm) => `alarm: ${alarm}`),
    ...warnings.map((warning) => `warning: ${warning}`),
  ];
  return lines.length > 0 ? ["", ...lines] : [];
}

/** One line for what several nodes say. */
function alarmLines({ nodes }: ClusterView): string[] {
  const alive = nodes.filter(({ state }) => state !== "dead" && state !== "stopped");
  const said = alive.flatMap(({ name, storeAlarms }) =>
    (storeAlarms ?? []).map((words) => ({ name, words })),
  );
  const lines = [...Map.groupBy(said, ({ words }) => words)].map(
    ([words, each]) => `${each.map(({ name }) => name).join(", ")}: ${words}.`,
  );
  return lines.length > 0 ? ["", ...lines] : [];
}

function nodeLines(cluster: ClusterView, now: number): string[] {
  const heads = ["NODE", "STATE", "ADDRESS", "VERSION", "NETWORK", "HOSTS", "LEASES", "SEEN"];
  const rows = cluster.nodes.map((node) => [
    node.name,
    shownState(node),
    // A node of another version may say something else.
    Array.isArray(node.addresses) ? node.addresses.join(" ") : null,
    node.version,
    node.networkRevision,
    node.hosts,
    node.leases,
    relativeTime(node.lastSeen, now),
  ]);
  return table(heads, rows);
}

function otherLines({ others = [] }: ClusterView, now: number): string[] {
  if (others.length === 0) return [];
  const rows = others.map((other) => [
    other.role,
    other.name,
    shownState(other),
    other.addresses.join(" "),
    other.version,
    relativeTime(other.lastSeen, now),
  ]);
  return ["", ...table(["ROLE", "NAME", "STATE", "ADDRESS", "VERSION", "SEEN"], rows)];
}
