// GET /api/v1/leases: all leases, or those that its parameters leave. There may be a million, and packets go first: so they are
// looked at some at a time, and leave in pieces.

import { answerProblems } from "@leasehold/daemon";
import type { Inventory } from "@leasehold/inventory";
import { type Lease, type LeaseView, shownState } from "@leasehold/leases";
import type { Network } from "@leasehold/network";
import { isCalled, prefixHolds } from "@leasehold/protocol";
import type { FastifyInstance, FastifyReply } from "fastify";
import type * as z from "zod";
import {
  addressOrPrefix,
  anyIdentity,
  clientIdentity,
  hardwareAddress,
  hostId,
  hostName,
  leaseState,
  parameters,
  subnetId,
  wholeNumber,
} from "../../api/fields.ts";
import { type Identity, identityIn, isLeaseOf } from "../../api/known-client.ts";
import { leaseViewOf } from "../../api/rows.ts";
import type { Clocks } from "../../ports.ts";
import { leasesThat } from "./lease-scan.ts";

const LIMIT_MAX = 10_000_000;

export interface LeasesParts {
  readonly world: { readonly view: LeaseView; readonly inventory: Inventory; readonly network: Network };
  readonly clocks: Pick<Clocks, "now">;
}

const querySchema = parameters({
  address: addressOrPrefix.optional(),
  mac: hardwareAddress.optional(),
  client: clientIdentity.optional(),
  state: leaseState.optional(),
  subnet: subnetId.optional(),
  hostname: hostName.optional(),
  host: hostId.optional(),
  of: anyIdentity.optional(),
  limit: wholeNumber(LIMIT_MAX).optional(),
});

type Query = z.infer<typeof querySchema>;
interface Filter extends Query {
  /** Of `of`. */
  readonly identity?: Identity | undefined;
}

export function addLeases(app: FastifyInstance, parts: LeasesParts): void {
  const schema = { querystring: querySchema };
  app.get<{ Querystring: Query }>("/api/v1/leases", { schema }, async ({ query }, reply) => {
    const identity = query.of === undefined ? undefined : identityIn(query.of, parts.world.inventory);
    if (query.of !== undefined && identity === undefined) return notReadable(reply, "of", query.of);
    const found = rowsOf(parts, { ...query, identity });
    const first = await found.next();
    const isUnknownSubnet =
      query.subnet !== undefined && parts.world.network.subnet(query.subnet) === undefined;
    // A subnet that is gone may have left leases.
    if (first.done && isUnknownSubnet) return unknownSubnet(reply, query.subnet!, parts.world.network);
    return reply
      .header("content-type", "application/json; charset=utf-8")
      .send(arrayOf(first.done ? undefined : first.value, found));
  });
}

/** Rows in JSON, some at a time, never none. */
async function* rowsOf(parts: LeasesParts, filter: Filter): AsyncGenerator<string, void, void> {
  const now = () => parts.clocks.now();
  let left = filter.limit ?? Number.POSITIVE_INFINITY;
  const isWanted = (lease: Lease) => isLeft(lease, filter, parts);
  for await (const leases of leasesThat(candidates(parts.world.view, filter), isWanted)) {
    const rows = leases.slice(0, left).map((lease) => JSON.stringify(leaseViewOf(lease, now())));
    left -= rows.length;
    if (rows.length > 0) yield rows.join(",");
    if (left <= 0) return;
  }
}

function arrayOf(first: string | undefined, rest: AsyncGenerator<string, void, void>): ReadableStream {
  const encoder = new TextEncoder();
  let piece = `[${first ?? "]"}`;
  return new ReadableStream({
    pull: async (controller) => {
      controller.enqueue(encoder.encode(piece));
      if (piece.endsWith("]")) return controller.close();
      const next = await rest.next();
      piece = next.done ? "]" : `,${next.value}`;
    },
    cancel: async () => void (await rest.return()),
  });
}

function isLeft(lease: Lease, filter: Filter, { world, clocks }: LeasesParts): boolean {
  const { address, mac, client, state, subnet, hostname, host, identity } = filter;
  return (
    (address === undefined || prefixHolds(address, lease.address)) &&
    (mac === undefined || lease.mac === mac) &&
    (client === undefined || lease.client === client) &&
    (state === undefined || shownState(lease, clocks.now()) === state) &&
    (subnet === undefined || lease.subnet === subnet) &&
    (hostname === undefined || isCalled(hostname, lease.hostname)) &&
    (host === undefined || lease.host === host) &&
    (identity === undefined || isLeaseOf(lease, identity, world.inventory))
  );
}

/** Those that the filter may leave: all of them, unless it names one. */
function candidates(view: LeaseView, { address, client, identity }: Filter): Iterable<Lease> {
  const only = identity?.address ?? (address?.length === 32 ? address.address : undefined);
  if (only !== undefined) {
    const lease = view.get(only);
    return lease === undefined ? [] : [lease];
  }
  return client === undefined ? view.all() : view.ofClient(client);
}

export function notReadable(reply: FastifyReply, path: string, text: string) {
  const expected = "a hardware address, a client's identity, an IPv4 address, a host name or a host's id";
  return answerProblems(reply, "Invalid request.", [{ path, found: JSON.stringify(text), expected }]);
}

function unknownSubnet(reply: FastifyReply, subnet: string, network: Network) {
  const ids = network.subnets.map(({ id }) => id);
  const known = ids.length === 0 ? "there is none" : `one of ${ids.slice(0, 20).join(", ")}`;
  return answerProblems(reply, "There is no such subnet.", [
    { path: "subnet", found: JSON.stringify(subnet), expected: `a subnet of the network document: ${known}` },
  ]);
}
