// `leasehold status`: GET /api/v1/cluster, the cluster as the node that answered sees it.
import type { Command } from "../command.ts";
import { card, table } from "../table.ts";
import { relativeTime } from "../times.ts";

interface ClusterView {
  readonly node: string;
  readonly version: string;
  readonly serverIdentifier?: string | { address: string; mode: string } | null;
  readonly nodes: readonly NodeView[];
  readonly store: { readonly state: string };
}

interface NodeView {
  readonly name: string;
  readonly address?: string | null;
  readonly version?: string | null;
  readonly state: string;
  readonly networkRevision?: number | null;
  readonly hosts?: number | null;
  readonly leases?: number | null;
  readonly lastSeen?: string | number | null;
}

export const status: Command = {
  name: "status",
  positionals: [],
  about: "Show the nodes of the cluster and the state of the store.",
  async run({ api, world }) {
    const reply = await api.get("/api/v1/cluster");
    const cluster = reply.body as ClusterView;
    return {
      json: cluster,
      lines: [...headLines(cluster, reply.server), "", ...nodeLines(cluster, world.now())],
    };
  },
};

function headLines(cluster: ClusterView, server: string): string[] {
  const identifier = cluster.serverIdentifier;
  return card([
    ["asked", `${cluster.node} at ${server}`],
    ["store", cluster.store.state],
    [
      "server identifier",
      typeof identifier === "object" && identifier
        ? `${identifier.address} (${identifier.mode})`
        : identifier,
    ],
  ]);
}

function nodeLines(cluster: ClusterView, now: number): string[] {
  const heads = ["NODE", "STATE", "ADDRESS", "VERSION", "NETWORK", "HOSTS", "LEASES", "SEEN"];
  const rows = cluster.nodes.map((node) => [
    node.name,
    node.state,
    node.address,
    node.version,
    node.networkRevision,
    node.hosts,
    node.leases,
    relativeTime(node.lastSeen, now),
  ]);
  return table(heads, rows);
}
