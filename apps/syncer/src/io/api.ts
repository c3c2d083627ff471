// The syncer's HTTP: health for everybody, status, hints and metrics for who has the token.
import { timingSafeEqual } from "node:crypto";
import { listenPlace } from "@leasehold/document";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Registry } from "prom-client";
import type { Syncer } from "../syncer.ts";

export interface ApiSettings {
  /** "0.0.0.0:8068", or ":8068" for every address. */
  readonly listen: string;
  /** May be another one while it serves. */
  token: string;
  /** In PEM: then it is HTTPS. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer } | undefined;
}

/** Serves the API; rejects when the address cannot be listened on. */
export async function serveApi(
  syncer: Syncer,
  registry: Registry,
  settings: ApiSettings,
): Promise<FastifyInstance> {
  const { tls } = settings;
  const app = Fastify({
    logger: false,
    forceCloseConnections: true,
    ...(tls ? { https: tls } : {}),
  } as object);
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) =>
    reply.code(error.statusCode ?? 500).send({ error: error.message }),
  );
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({
      error: `There is no ${request.method} ${request.url}.`,
      fix: "There are GET /api/v1/sources, POST /api/v1/poll, POST /api/v1/release-brake, /livez, /readyz, /metrics.",
    }),
  );
  app.addHook("onRequest", async (request, reply) => {
    if (isOpen(request) || isAuthorized(request, settings.token)) return undefined;
    return reply.code(401).header("www-authenticate", "Bearer").send({
      error: "This needs a token.",
      fix: "Send `Authorization: Bearer <token>`; it is api.token in syncer.yaml.",
    });
  });
  addRoutes(app, syncer, registry);
  await app.listen(listenPlace(settings.listen)!);
  return app;
}

function addRoutes(app: FastifyInstance, syncer: Syncer, registry: Registry): void {
  app.get("/livez", () => ({ status: "ok" }));
  app.get("/readyz", (_request, reply) => {
    const reason = syncer.unreadiness();
    return reason === undefined ? { status: "ok" } : reply.code(503).send({ status: "not ready", reason });
  });
  app.get("/metrics", async (_request, reply) =>
    reply.header("content-type", registry.contentType).send(await registry.metrics()),
  );
  app.get("/api/v1/sources", () => syncer.statuses());
  app.post<{ Querystring: { source?: string } }>("/api/v1/poll", ({ query }, reply) => {
    const sources = syncer.pollNow(query.source);
    return sources > 0 ? reply.code(202).send({ sources }) : noSource(reply, syncer);
  });
  app.post<{ Querystring: { source?: string } }>("/api/v1/release-brake", ({ query }, reply) => {
    const hosts = syncer.releaseBrake(query.source);
    return hosts === undefined ? noSource(reply, syncer) : reply.send({ released: hosts });
  });
}

function noSource(reply: FastifyReply, syncer: Syncer) {
  const names = syncer.statuses().map(({ name }) => name);
  return reply.code(404).send({ error: "There is no such source.", fix: `There are: ${names.join(", ")}.` });
}

function isOpen({ url }: FastifyRequest): boolean {
  return /^\/(livez|readyz)(\?|$)/.test(url);
}

function isAuthorized(request: FastifyRequest, token: string): boolean {
  const given = Buffer.from(request.headers.authorization ?? "");
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
