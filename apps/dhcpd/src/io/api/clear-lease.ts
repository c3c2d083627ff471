// POST /api/v1/leases/<address>/clear: an operator ends what keeps an address from everybody.
import { checkDocument, section } from "@leasehold/document";
import { formatIpv4, parseIpv4 } from "@leasehold/protocol";
import type { FastifyInstance, FastifyReply } from "fastify";
import * as z from "zod";
import { leaseViewOf } from "../../api/rows.ts";
import type { Cleared } from "../../exchange/clear-lease.ts";
import type { Clocks } from "../../ports.ts";

const orderSchema = section({
  by: z.string().trim().min(1, "who it is").max(100, "at most 100 characters").optional(),
  why: z.string().trim().min(1, "the reason, as text").max(300, "at most 300 characters").optional(),
  force: z.boolean().optional(),
});

/** What is wrong with it is told below, all at once. */
const anyBody = z.unknown();

export interface LeaseClearing {
  readonly clocks: Pick<Clocks, "now">;
  clearLease(order: {
    readonly address: NonNullable<ReturnType<typeof parseIpv4>>;
    readonly by: string;
    readonly why: string | undefined;
    readonly isForced: boolean;
  }): Promise<Cleared>;
}

export function addClearLease(app: FastifyInstance, node: LeaseClearing): void {
  app.post<{ Params: { address: string } }>(
    "/api/v1/leases/:address/clear",
    { schema: { body: anyBody } },
    async (request, reply) => {
      const address = parseIpv4(request.params.address);
      if (address === undefined)
        return refuse(
          reply,
          422,
          `\`${request.params.address}\` is not a valid IPv4 address.`,
          "Write it as 10.77.16.1.",
        );
      const checked = checkDocument(orderSchema, request.body ?? {});
      if (!checked.ok) {
        const { problems } = checked;
        return reply.code(422).send({ error: "Invalid request.", fix: "See docs/api.md.", problems });
      }
      const { by = "unnamed", why, force = false } = checked.document;
      const order = { address, by: `${by} (${request.ip})`, why, isForced: force };
      return answer(reply, formatIpv4(address), await node.clearLease(order), node.clocks);
    },
  );
}

function answer(reply: FastifyReply, address: string, cleared: Cleared, clocks: Pick<Clocks, "now">) {
  switch (cleared.kind) {
    case "clear":
      return { address, cleared: leaseViewOf(cleared.lease, clocks.now()) };
    case "free":
      return refuse(
        reply,
        404,
        `Nothing keeps ${address} from anybody.`,
        "`leasehold leases` lists all leases.",
      );
    case "held": {
      const { client, mac, heldUntil } = cleared.lease;
      const until = Number.isFinite(heldUntil) ? ` until ${new Date(heldUntil).toISOString()}` : "";
      return refuse(
        reply,
        409,
        `${mac ?? client} has ${address}${until}. The next client with this address may conflict with it.`,
        "Turn the client off, or let it release the address, or clear it anyway with force (`--force`).",
      );
    }
    case "overtaken":
      return refuse(
        reply,
        409,
        `Conflict: ${address} was changed at the same time; nothing was cleared.`,
        "Check it, and try again.",
      );
    case "unknown":
      return refuse(
        reply,
        503,
        `The store did not say whether ${address} is cleared.`,
        "Look with `leasehold lease`.",
      );
    default:
      return cleared satisfies never;
  }
}

function refuse(reply: FastifyReply, status: number, error: string, fix: string) {
  return reply.code(status).send({ error, fix });
}
