// The API's routes that say why: what a packet would be answered, and what became of a client's last packets.

import { answerProblems } from "@leasehold/daemon";
import { checkDocument, type Problem } from "@leasehold/document";
import { clientIdOfHardware, macBytes, type Packet } from "@leasehold/protocol";
import type { FastifyInstance, FastifyReply } from "fastify";
import * as z from "zod";
import { anyIdentity, parameters, wholeNumber } from "../../api/fields.ts";
import { type Client, identityIn } from "../../api/known-client.ts";
import type { DryRun } from "../../exchange/exchange.ts";
import { explain } from "../../explain/explain.ts";
import { type ExplainBody, explainSchema, questionOf } from "../../explain/question.ts";
import type { Clocks, Ingress } from "../../ports.ts";
import { type RecentOutcomes, shownOutcome } from "../../telemetry/recent-outcomes.ts";
import type { NodeWorld } from "../../views/node-world.ts";
import { allClientsOf, answerUnknown } from "./clients-called.ts";
import { notReadable } from "./leases.ts";

/** What the routes need of the node. */
export interface Explainer {
  readonly world: NodeWorld;
  readonly clocks: Clocks;
  readonly outcomes: RecentOutcomes;
  /** The links that are served. */
  readonly ingresses: readonly Ingress[];
  /** What a packet would be answered now. */
  dryRun(packet: Packet, ingress: Ingress): DryRun;
}

const OUTCOMES_DEFAULT = 20;
const OUTCOMES_MAX = 1000;

const outcomesQuery = parameters({ client: anyIdentity, limit: wholeNumber(OUTCOMES_MAX).optional() });
const anyBody = z.unknown();

export function addExplain(app: FastifyInstance, node: Explainer): void {
  app.post("/api/v1/explain", { schema: { body: anyBody } }, async ({ body }, reply) => {
    const checked = checkDocument(explainSchema, body ?? {});
    if (!checked.ok) return answerMistakes(reply, checked.problems);
    const asked = await withClient(checked.document, node, reply);
    if (asked === undefined) return reply;
    const question = questionOf(asked, node.world, node.ingresses);
    if (typeof question === "string") return reply.code(422).send({ error: question });
    return explain(node.world, question, node.dryRun(question.packet, question.ingress), node.clocks.now());
  });
  const schema = { querystring: outcomesQuery };
  app.get<{ Querystring: z.infer<typeof outcomesQuery> }>(
    "/api/v1/outcomes",
    { schema },
    async (request, reply) => {
      const { client, limit = OUTCOMES_DEFAULT } = request.query;
      const identity = identityIn(client, node.world.inventory);
      if (identity === undefined) return notReadable(reply, "client", client);
      const clients = await allClientsOf(identity, node.world);
      if (clients.length === 0 && identity.address === undefined) return answerUnknown(reply, client);
      const sought = { clients: new Set(clients.flatMap(keysOf)), address: identity.address };
      const outcomes = node.outcomes.ofAny(sought, limit).map(shownOutcome).map(rowOf);
      if (clients.length === 0 && outcomes.length === 0) return answerUnknown(reply, client);
      return { node: node.world.node, outcomes };
    },
  );
}

function rowOf({ at, type, outcome, reason, address, xid }: ReturnType<typeof shownOutcome>) {
  return {
    ...{ at: new Date(at).toISOString(), type, outcome, reason: reason ?? null },
    // A NAK has none.
    ...{ address: address === undefined || address === "0.0.0.0" ? null : address, xid },
  };
}

function keysOf({ mac, client }: Client): string[] {
  return [mac?.replaceAll(":", ""), client].filter((key) => key !== undefined);
}

/** With a hardware address where the client is named otherwise; undefined when it was answered that it cannot be. */
async function withClient(
  body: ExplainBody,
  node: Explainer,
  reply: FastifyReply,
): Promise<ExplainBody | undefined> {
  if (body.client === undefined) return body;
  const identity = identityIn(body.client, node.world.inventory);
  if (identity === undefined) return void notReadable(reply, "client", body.client);
  const known = (await allClientsOf(identity, node.world)).find(({ mac }) => mac?.length === ETHERNET_LENGTH);
  if (known === undefined) return void answerUnknown(reply, body.client);
  const { mac, client } = known;
  const sendsIdentity = client !== undefined && client !== clientIdOfHardware(1, macBytes(mac!));
  return { ...body, client: undefined, mac, clientId: body.clientId ?? (sendsIdentity ? client : undefined) };
}

const ETHERNET_LENGTH = "00:00:00:00:00:00".length;

function answerMistakes(reply: FastifyReply, problems: readonly Problem[]) {
  return answerProblems(reply, "Invalid request.", problems);
}
