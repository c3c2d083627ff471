// GET /api/v1/leases: all leases, or those that a filter leaves. There may be a million, and packets go first: so they are looked
// at some at a time, and leave in pieces.
import type { Lease, LeaseView } from "@leasehold/leases";
import { type ClientId, parseIpv4 } from "@leasehold/protocol";
import type { FastifyInstance } from "fastify";
import { leaseViewOf } from "../api-views.ts";
import type { Clocks } from "../dhcp-service.ts";

const LOOKS_A_TURN = 500;

export interface LeasesParts {
  readonly world: { readonly view: LeaseView };
  readonly clocks: Pick<Clocks, "now">;
}

type LeaseFilter = Partial<Record<"address" | "mac" | "client" | "state" | "subnet" | "hostname", string>>;

export function addLeases(app: FastifyInstance, parts: LeasesParts): void {
  app.get<{ Querystring: LeaseFilter }>("/api/v1/leases", (request, reply) =>
    reply.header("content-type", "application/json; charset=utf-8").send(leasesJson(parts, request.query)),
  );
}

function leasesJson({ world, clocks }: LeasesParts, filter: LeaseFilter): ReadableStream {
  const leases = candidates(world.view, filter)[Symbol.iterator]();
  const wanted = Object.entries(filter);
  const encoder = new TextEncoder();
  let separator = "[";
  let isDone = false;
  const lookAtSome = (): string => {
    let piece = "";
    for (let looked = 0; looked < LOOKS_A_TURN; looked++) {
      const next = leases.next();
      if (next.done) {
        isDone = true;
        return `${piece}${separator === "[" ? "[" : ""}]`;
      }
      const view = leaseViewOf(next.value, clocks.now());
      if (!wanted.every(([key, value]) => view[key as keyof typeof view] === value)) continue;
      piece += separator + JSON.stringify(view);
      separator = ",";
    }
    return piece;
  };
  return new ReadableStream({
    pull: async (controller) => {
      let piece = "";
      while (piece === "") {
        await new Promise((resolve) => setImmediate(resolve));
        piece = lookAtSome();
      }
      controller.enqueue(encoder.encode(piece));
      if (isDone) controller.close();
    },
  });
}

/** Those that the filter may leave: all of them, unless it names one. */
function candidates(view: LeaseView, { address, client }: LeaseFilter): Iterable<Lease> {
  if (address !== undefined) {
    const asked = parseIpv4(address);
    const lease = asked === undefined ? undefined : view.get(asked);
    return lease === undefined ? [] : [lease];
  }
  return client === undefined ? view.all() : view.ofClient(client as ClientId);
}
