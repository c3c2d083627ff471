// POST /api/v1/store/accept-loss: an operator says that what the store has lost is gone for good.
import { BusError } from "@leasehold/bus";
import { checkDocument, section } from "@leasehold/document";
import type { FastifyInstance } from "fastify";
import * as z from "zod";
import type { LossAccepted } from "../../store-loss/store-keeping.ts";

const orderSchema = section({
  by: z.string().trim().min(1, "who it is").max(100, "at most 100 characters").optional(),
  why: z.string().trim().min(1, "the reason, as text").max(300, "at most 300 characters").optional(),
});

export interface LossKeeper {
  readonly keeping: { acceptLoss(addresses: readonly string[]): Promise<LossAccepted> } | undefined;
  readonly links: { readonly texts: readonly string[] };
  readonly log: { warn(fields: object, sentence: string): void };
}

export function addAcceptLoss(app: FastifyInstance, node: LossKeeper): void {
  app.post("/api/v1/store/accept-loss", { schema: { body: z.unknown() } }, async (request, reply) => {
    const checked = checkDocument(orderSchema, request.body ?? {});
    if (!checked.ok) {
      const { problems } = checked;
      return reply.code(422).send({ error: "Invalid request.", fix: "See docs/api.md.", problems });
    }
    if (node.keeping === undefined)
      throw new BusError(
        "This node has not loaded the store yet.",
        "Ask another node, or try again in a moment.",
      );
    const accepted = await node.keeping.acceptLoss(node.links.texts);
    const { by = "unnamed", why } = checked.document;
    switch (accepted.kind) {
      case "accepted":
        node.log.warn(
          { by: `${by} (${request.ip})`, why, accepted: accepted.words },
          "an operator accepted a loss",
        );
        return { accepted: accepted.words };
      case "nothing":
        return reply.code(404).send({
          error: "There is no active alarm about lost leases or hosts on this node.",
          fix: "`leasehold status` shows the alarms of each node.",
        });
      case "overtaken":
        return reply
          .code(409)
          .send({ error: "The record of this node was changed at the same time.", fix: "Try again." });
      default:
        return accepted satisfies never;
    }
  });
}
