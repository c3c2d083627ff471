// The node's HTTP: health for everybody, the API and the metrics for who has the token.
import { timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { BusError, type Room, roomFor } from "@leasehold/bus";
import { listenPlace, type Problem } from "@leasehold/document";
import { compileInSteps, type NetworkDocument } from "@leasehold/network";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { Gauge, type Registry } from "prom-client";
import { type Impact, impactInSteps } from "../../api/change-impact.ts";
import { clusterViewOf } from "../../api/cluster-view.ts";
import type { NodeView } from "../../api/node-view.ts";
import { memberLinks } from "../../cluster/member-links.ts";
import { documentStore } from "../views/document-store.ts";
import { DocumentThread } from "../views/document-thread.ts";
import { inTurns } from "../views/in-turns.ts";
import { addAcceptLoss } from "./accept-loss.ts";
import { addClearLease } from "./clear-lease.ts";
import { addExplain } from "./explain.ts";
import { addHosts } from "./hosts.ts";
import { addLeases } from "./leases.ts";
import { addNetwork, type NetworkDocuments } from "./network.ts";
import { newApiServer } from "./server.ts";

/** May be another one while it serves. */
export interface ApiSecrets {
  token: string;
}

/** Serves the API; rejects when the address cannot be listened on. */
export async function serveApi(
  node: NodeView,
  registry: Registry,
  secrets: ApiSecrets,
): Promise<FastifyInstance> {
  const { tls } = node.file.api;
  const app = newApiServer({
    ...(tls && { https: { cert: readFileSync(tls.cert), key: readFileSync(tls.key) } }),
    log: (fault, sentence) => node.log.error(fault, sentence),
    onRefusedConnection: () => node.counters.count("trouble", "api-connection-refused"),
  });
  app.addHook("onRequest", async (request, reply) => {
    if (!isOpen(request) && !isAuthorized(request, secrets.token)) {
      return reply.code(401).header("www-authenticate", "Bearer").send({
        error: "This needs a token.",
        fix: "Send `Authorization: Bearer <token>`; it is api.token in node.yaml (LEASEHOLD_TOKEN for the command).",
      });
    }
    return undefined;
  });
  addHealth(app, node);
  addReading(app, node, registry);
  addHosts(app, node.world);
  addLeases(app, node);
  addClearLease(app, node);
  addAcceptLoss(app, node);
  addNetwork(app, documentsOf(node, registry));
  addExplain(app, node);
  addDraining(app, node);
  await app.listen(listenPlace(node.file.api.listen)!);
  return app;
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

function addHealth(app: FastifyInstance, node: NodeView): void {
  app.get("/livez", () => ({ status: "ok" }));
  app.get("/readyz", (_request, reply) => {
    const reason = node.unreadiness();
    return reason === undefined ? { status: "ok" } : reply.code(503).send({ status: "not ready", reason });
  });
}

function addDraining(app: FastifyInstance, node: NodeView): void {
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

function addReading(app: FastifyInstance, node: NodeView, registry: Registry): void {
  app.get("/metrics", async (_request, reply) =>
    reply.header("content-type", registry.contentType).send(await registry.metrics()),
  );
  app.get("/api/v1/cluster", () => clusterViewOf(node));
}

function documentsOf(node: NodeView, registry: Registry): NetworkDocuments {
  const thread = new DocumentThread();
  watchThread(thread, registry);
  const store = documentStore(() => node.connectedBus());
  const kept = async () => (await store.kept()).map(({ revision, at, data }) => ({ revision, at, data }));
  return {
    ...store,
    inForce: () => node.world.network,
    history: async () => thread.history({ kept: await kept(), inForce: node.world.network.revision }),
    revision: async (revision) => thread.revision({ kept: await kept(), revision }),
    check: (text) => thread.check(text),
    unstorable: (document) => tooLong(roomFor(node.connectedBus(), document)),
    impact: (document) => impactOf(document, node),
  };
}

function watchThread(thread: DocumentThread, registry: Registry): void {
  new Gauge({
    name: "leasehold_document_thread_running",
    help: "1 while the thread that checks and compares network documents is running; it ends after a minute without work.",
    registers: [registry],
    collect() {
      this.set(thread.isRunning ? 1 : 0);
    },
  });
  new Gauge({
    name: "leasehold_document_thread_questions",
    help: "Unfinished requests to this thread.",
    registers: [registry],
    collect() {
      this.set(thread.questions);
    },
  });
}

/** The limit of the store, with its number; what is above it could be checked and never stored. */
function tooLong({ size, most }: Room): Problem | undefined {
  if (size <= most) return undefined;
  return {
    path: "",
    found: `a document of ${size} octets as it is stored (compressed)`,
    expected: `at most ${most}: the limit of the NATS servers for one message`,
    fix: "Raise `max_payload` of the NATS servers if it is below 1MB, or move reservations into the inventory.",
  };
}

/** Packets have their turn between two steps. @throws BusError while the node does not know what could be lost. */
async function impactOf(document: NetworkDocument, node: NodeView): Promise<Impact> {
  if (node.views?.isLoading !== false) {
    throw new BusError(
      "This node is still loading leases and hosts, so it cannot say what the change would lose.",
      "Ask another node, or try again in a moment.",
    );
  }
  const after = await inTurns(compileInSteps(document, node.world.network.revision + 1));
  const members = memberLinks(node.world.membership, node.clocks.steady());
  return inTurns(impactInSteps(after, { world: node.world, members, now: node.clocks.now() }));
}
