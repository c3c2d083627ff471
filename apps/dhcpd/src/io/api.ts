// The node's HTTP: health for everybody, the API and the metrics for who has the token.
import { timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { BusError, NETWORK, putRecord, readHistory, readRecord, reasonOf } from "@leasehold/bus";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Registry } from "prom-client";
import { hostViews } from "../api-views.ts";
import { clusterViewOf } from "../cluster-view.ts";
import type { DhcpNode } from "../dhcp-node.ts";
import { DocumentCheck } from "./api-document-check.ts";
import { addExplain } from "./api-explain.ts";
import { addLeases } from "./api-leases.ts";
import { addNetwork, type NetworkDocuments } from "./api-network.ts";
import { DOCUMENT } from "./views.ts";

const BODY_MAX = 16 * 1024 * 1024;

/** Serves the API; rejects when the address cannot be listened on. */
export async function serveApi(node: DhcpNode, registry: Registry, token: string): Promise<FastifyInstance> {
  const app = newServer(node.file.api.tls);
  app.setErrorHandler((error, _request, reply) => answerError(error, reply));
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({
      error: `There is no ${request.method} ${request.url}.`,
      fix: "docs/api.md lists what there is.",
    }),
  );
  app.addHook("onRequest", async (request, reply) => {
    if (!isOpen(request) && !isAuthorized(request, token)) {
      return reply.code(401).header("www-authenticate", "Bearer").send({
        error: "This needs a token.",
        fix: "Send `Authorization: Bearer <token>`; it is api.token in node.yaml (LEASEHOLD_TOKEN for the command).",
      });
    }
    return undefined;
  });
  addHealth(app, node);
  addReading(app, node, registry);
  addLeases(app, node);
  addNetwork(app, documentsOf(node));
  addExplain(app, node);
  addDraining(app, node);
  const { listen } = node.file.api;
  const colon = listen.lastIndexOf(":");
  await app.listen({ host: listen.slice(0, colon) || "0.0.0.0", port: Number(listen.slice(colon + 1)) });
  return app;
}

function newServer(tls: { cert: string; key: string } | undefined): FastifyInstance {
  const options = { logger: false, bodyLimit: BODY_MAX, forceCloseConnections: true } as const;
  if (tls === undefined) return Fastify(options);
  const https = { cert: readFileSync(tls.cert), key: readFileSync(tls.key) };
  return Fastify({ ...options, https }) as unknown as FastifyInstance;
}

function isOpen(request: FastifyRequest): boolean {
  const path = request.url.split("?", 1)[0];
  return path === "/livez" || path === "/readyz";
}

function isAuthorized(request: FastifyRequest, token: string): boolean {
  const given = Buffer.from(request.headers.authorization ?? "");
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

function answerError(error: unknown, reply: FastifyReply) {
  if (error instanceof BusError) return reply.code(503).send({ error: error.message, fix: error.fix });
  const status = (error as { statusCode?: number }).statusCode ?? 500;
  return reply.code(status).send({ error: reasonOf(error) });
}

function addHealth(app: FastifyInstance, node: DhcpNode): void {
  app.get("/livez", () => ({ status: "ok" }));
  app.get("/readyz", (_request, reply) => {
    const reason = node.unreadiness();
    return reason === undefined ? { status: "ok" } : reply.code(503).send({ status: "not ready", reason });
  });
}

function addDraining(app: FastifyInstance, node: DhcpNode): void {
  const state = () => ({ node: node.file.name, state: node.state });
  app.post("/api/v1/node/drain", () => {
    node.drain();
    return state();
  });
  app.post("/api/v1/node/undrain", () => {
    node.undrain();
    return state();
  });
}

function addReading(app: FastifyInstance, node: DhcpNode, registry: Registry): void {
  app.get("/metrics", async (_request, reply) =>
    reply.header("content-type", registry.contentType).send(await registry.metrics()),
  );
  app.get("/api/v1/cluster", () => clusterViewOf(node));
  const hosts = () => hostViews(node.world);
  app.get("/api/v1/hosts", hosts);
  app.get<{ Params: { id: string } }>("/api/v1/hosts/:id", (request, reply) => {
    const host = hosts().find(({ id }) => id === request.params.id);
    if (host !== undefined) return host;
    return reply.code(404).send({
      error: `The inventory has no host ${request.params.id}.`,
      fix: "`leasehold hosts` lists them.",
    });
  });
}

function documentsOf(node: DhcpNode): NetworkDocuments {
  const bus = () => node.connectedBus();
  const documents = new DocumentCheck();
  return {
    inForce: () => node.world.network,
    newest: async () => readRecord(bus(), NETWORK, DOCUMENT),
    kept: async () => readHistory(bus(), NETWORK, DOCUMENT),
    check: (text) => documents.check(text),
    store: async (document, expected) => putRecord(bus(), NETWORK, DOCUMENT, document, expected),
  };
}
