// The node's API: its routes.
import { BusError, type Room, roomFor } from "@leasehold/bus";
import { inTurns } from "@leasehold/daemon";
import type { Problem } from "@leasehold/document";
import { compileInSteps, type NetworkDocument } from "@leasehold/network";
import type { FastifyInstance } from "fastify";
import { Gauge, type Registry } from "prom-client";
import { type Impact, impactInSteps } from "../../api/change-impact.ts";
import { clusterViewOf } from "../../api/cluster-view.ts";
import type { NodeView } from "../../api/node-view.ts";
import { memberLinks } from "../../cluster/member-links.ts";
import { documentStore } from "../views/document-store.ts";
import { DocumentThread } from "../views/document-thread.ts";
import { addAcceptLoss } from "./accept-loss.ts";
import { addBootLog } from "./boot-log.ts";
import { addClearLease } from "./clear-lease.ts";
import { addExplain } from "./explain.ts";
import { addHosts } from "./hosts.ts";
import { addLeases } from "./leases.ts";
import { addNetwork, type NetworkDocuments } from "./network.ts";

/** All that the API has, but for health and metrics, which every daemon has. */
export function addRoutes(app: FastifyInstance, node: NodeView, registry: Registry): void {
  app.get("/api/v1/cluster", () => clusterViewOf(node));
  addHosts(app, node.world);
  addLeases(app, node);
  addClearLease(app, node);
  addAcceptLoss(app, node);
  addNetwork(app, documentsOf(node, registry));
  addExplain(app, node);
  addBootLog(app, node);
  addDraining(app, node);
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
