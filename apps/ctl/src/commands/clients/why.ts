// `leasehold why <client>`: what became of a client's last packets, on every node, in the order in which they came.

import { apiOf, type Member, type Membership } from "../../answers/member.ts";
import { anyIdentifier, countOf } from "../../client/identifiers.ts";
import type { Command, Context } from "../../command.ts";
import { ExitCode, Failure } from "../../failure.ts";
import type { Api } from "../../io/api.ts";
import { table } from "../../text/table.ts";
import { relativeTime } from "../../text/times.ts";

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
  /** Of HTTP, where it answered. */
  readonly status?: unknown;
}

const LIMIT_MAX = 1000;

export const why: Command = {
  name: "why",
  positionals: ["<client>"],
  about:
    "Show how each node handled the last packets of a client (MAC, IP, host name, host id or client identity).",
  options: { limit: { type: "string", value: "N", about: "Maximum per node (default 20)." } },
  async run(context) {
    const { args, options, environment } = context;
    const client = anyIdentifier(args[0]!);
    const limit = countOf("limit", options.text("limit") ?? "20", LIMIT_MAX);
    const query = new URLSearchParams({ client, limit });
    const nodes = await ofAllNodes(`/api/v1/outcomes?${query}`, context);
    const rows = nodes
      .flatMap(({ node, outcomes = [] }) => outcomes.map((outcome) => ({ node, ...outcome })))
      .toSorted((a, b) => (a.at < b.at ? 1 : -1));
    const cells = rows.map(({ at, node, type, outcome, reason, address }) => [
      relativeTime(at, environment.now()),
      node,
      type,
      reason === null ? outcome : `${outcome}: ${reason}`,
      address,
    ]);
    const silent = nodes.flatMap(({ node, error }) =>
      error === undefined ? [] : [`${node} was not asked: ${error}`],
    );
    if (nodes.every(({ outcomes }) => outcomes === undefined)) throw nobodyAsked(args[0]!, nodes);
    const none = [
      `No node remembers a packet of ${args[0]}: it sent none, sent it too long ago, or is on another link.`,
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

/** Nothing can be said: no node could be asked, or none knows who is meant. */
function nobodyAsked(client: string, nodes: readonly NodeOutcomes[]): Failure {
  const isUnknown = nodes.some(({ status }) => status === 404);
  const details = nodes.map(({ node, error }) => `${node}: ${error}`);
  return isUnknown
    ? new Failure(
        `No lease, host or reservation matches \`${client}\`.`,
        "Use the hardware address for a client that never got a lease.",
        { details },
      )
    : new Failure("No node answered.", "See `leasehold status`.", { details });
}

/** The node that serves this command knows the others. */
async function ofAllNodes(path: string, { api }: Context): Promise<readonly NodeOutcomes[]> {
  const reply = await api.get("/api/v1/cluster");
  const { node: self, nodes } = reply.body as Membership;
  return Promise.all(
    nodes.map((member) =>
      ofNode(member, path, member.name === self ? api : api.at(apiOf(member, reply.server))),
    ),
  );
}

async function ofNode({ name, state }: Member, path: string, api: Api): Promise<NodeOutcomes> {
  if (state === "dead" || state === "stopped") return { node: name, error: `it is ${state}` };
  try {
    return (await api.get(path)).body as NodeOutcomes;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    if (error.exitCode === ExitCode.usage) throw error;
    return {
      node: name,
      error: error.message,
      ...(error.extra.status ? { status: error.extra.status } : {}),
    };
  }
}
