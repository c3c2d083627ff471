// `leasehold why <client>`: what became of a client's last packets, on every node, in the order in which they came.
import type { Command, Context } from "../command.ts";
import { Failure } from "../failure.ts";
import type { Api } from "../io/api.ts";
import { table } from "../table.ts";
import { relativeTime } from "../times.ts";

interface Outcome {
  readonly at: string;
  readonly type: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly address: string | null;
  readonly xid: string;
}

interface NodeOutcomes {
  readonly node: string;
  readonly outcomes?: readonly Outcome[];
  /** Why there are none of this node. */
  readonly error?: string;
}

export const why: Command = {
  name: "why",
  positionals: ["<client>"],
  about: "Show what became of the last packets of a client (hardware address or identity), on each node.",
  options: { limit: { type: "string", value: "N", about: "So many of each node; 20 unless it is given." } },
  async run(context) {
    const { args, options, world } = context;
    const query = new URLSearchParams({ client: args[0]!, limit: options.text("limit") ?? "20" });
    const nodes = await ofAllNodes(`/api/v1/outcomes?${query}`, context);
    const rows = nodes
      .flatMap(({ node, outcomes = [] }) => outcomes.map((outcome) => ({ node, ...outcome })))
      .toSorted((a, b) => (a.at < b.at ? 1 : -1));
    const cells = rows.map(({ at, node, type, outcome, reason, address }) => [
      relativeTime(at, world.now()),
      node,
      type,
      reason === null ? outcome : `${outcome}: ${reason}`,
      address,
    ]);
    const silent = nodes.flatMap(({ node, error }) =>
      error === undefined ? [] : [`${node} was not asked: ${error}`],
    );
    const none = [
      `No node remembers a packet of ${args[0]}: it sent none, or too long ago, or on another link.`,
    ];
    return {
      json: nodes,
      lines: [
        ...(rows.length > 0 ? table(["WHEN", "NODE", "PACKET", "OUTCOME", "ADDRESS"], cells) : none),
        ...silent,
      ],
    };
  },
};

interface Member {
  readonly name: string;
  readonly state: string;
  readonly api: string;
  readonly addresses: readonly string[];
}

/** The node that serves this command knows the others. */
async function ofAllNodes(path: string, { api }: Context): Promise<readonly NodeOutcomes[]> {
  const reply = await api.get("/api/v1/cluster");
  const { node: self, nodes } = reply.body as { node: string; nodes: readonly Member[] };
  return Promise.all(
    nodes.map((member) =>
      ofNode(member, path, member.name === self ? api : api.at(addressOf(member, reply.server))),
    ),
  );
}

async function ofNode({ name, state }: Member, path: string, api: Api): Promise<NodeOutcomes> {
  if (state === "dead") return { node: name, error: "it is dead" };
  try {
    return (await api.get(path)).body as NodeOutcomes;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { node: name, error: error.message };
  }
}

/** `api.listen` of a node is where it listens, which may be everywhere. */
function addressOf({ api, addresses }: Member, server: string): string {
  const colon = api.lastIndexOf(":");
  const host = api.slice(0, colon);
  const isAnywhere = host === "" || host === "0.0.0.0";
  return `${new URL(server).protocol}//${isAnywhere ? addresses[0] : host}${api.slice(colon)}`;
}
