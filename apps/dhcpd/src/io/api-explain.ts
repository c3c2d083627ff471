// The API's routes that say why: what a packet would be answered, and what became of a client's last packets.
import { checkDocument, type Problem } from "@leasehold/network";
import { type Packet, parseMac } from "@leasehold/protocol";
import type { FastifyInstance, FastifyReply } from "fastify";
import type { Clocks } from "../exchange.ts";
import { explain, type Foreseen } from "../explain.ts";
import { explainSchema, questionOf } from "../explain-question.ts";
import type { Whence } from "../lease-request.ts";
import type { NodeWorld } from "../node-world.ts";
import { type RecentOutcomes, shownOutcome } from "../recent-outcomes.ts";

/** What the routes need of the node. */
export interface Explainer {
  readonly world: NodeWorld;
  readonly clocks: Clocks;
  readonly outcomes: RecentOutcomes;
  /** The links that are served. */
  readonly whences: readonly Whence[];
  /** What a packet would be answered now. */
  foresee(packet: Packet, whence: Whence): Foreseen;
}

const OUTCOMES_DEFAULT = 20;
const OUTCOMES_MAX = 1000;

export function addExplain(app: FastifyInstance, node: Explainer): void {
  app.post("/api/v1/explain", ({ body }, reply) => {
    const checked = checkDocument(explainSchema, body ?? {});
    if (!checked.ok) return answerProblems(reply, checked.problems);
    const question = questionOf(checked.document, node.world, node.whences);
    if (typeof question === "string") return reply.code(422).send({ error: question });
    return explain(node.world, question, node.foresee(question.packet, question.whence), node.clocks.now());
  });
  app.get<{ Querystring: { client?: string; limit?: string } }>("/api/v1/outcomes", ({ query }, reply) => {
    const { client, limit = String(OUTCOMES_DEFAULT) } = query;
    const most = Number(limit);
    if (!client) return answerUsage(reply, "Say of which client: ?client=a4:bf:01:38:ee:65.");
    if (!Number.isInteger(most) || most < 1 || most > OUTCOMES_MAX)
      return answerUsage(reply, `limit is a number from 1 to ${OUTCOMES_MAX}.`);
    const key = (parseMac(client) ?? client.toLowerCase()).replaceAll(":", "");
    const outcomes = node.outcomes
      .of(key, most)
      .map(shownOutcome)
      .map(({ at, address, reason, ...rest }) => ({
        ...{ at: new Date(at).toISOString(), type: rest.type, outcome: rest.outcome, reason: reason ?? null },
        // A NAK has none.
        ...{ address: address === undefined || address === "0.0.0.0" ? null : address, xid: rest.xid },
      }));
    return { node: node.world.node, outcomes };
  });
}

function answerUsage(reply: FastifyReply, error: string) {
  return reply.code(422).send({ error, fix: "See docs/api.md." });
}

function answerProblems(reply: FastifyReply, problems: readonly Problem[]) {
  return reply.code(422).send({
    error: "This question cannot be understood.",
    fix: "See docs/api.md.",
    problems,
  });
}
