// The syncer's API: the status of its sources, and hints.
import { section } from "@leasehold/document";
import type { FastifyInstance, FastifyReply } from "fastify";
import * as z from "zod";
import type { Syncer } from "../syncer.ts";

const querystring = section({ source: z.string("a source's name").optional() });
type OfSource = { Querystring: z.infer<typeof querystring> };

export function addRoutes(app: FastifyInstance, syncer: Syncer): void {
  app.get("/api/v1/sources", () => syncer.statuses());
  app.post<OfSource>("/api/v1/poll", { schema: { querystring } }, ({ query }, reply) => {
    const sources = syncer.pollNow(query.source);
    return sources > 0 ? reply.code(202).send({ sources }) : noSource(reply, syncer);
  });
  app.post<OfSource>("/api/v1/release-brake", { schema: { querystring } }, ({ query }, reply) => {
    const hosts = syncer.releaseBrake(query.source);
    return hosts === undefined ? noSource(reply, syncer) : reply.send({ released: hosts });
  });
}

function noSource(reply: FastifyReply, syncer: Syncer) {
  const names = syncer.statuses().map(({ name }) => name);
  return reply.code(404).send({ error: "There is no such source.", fix: `There are: ${names.join(", ")}.` });
}
