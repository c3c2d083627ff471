// All clients that may be meant by what somebody writes, for the API's routes.
import type { FastifyReply } from "fastify";
import { type Client, clientOfLease, clientsOf, type Identity, isLeaseOf } from "../../api/known-client.ts";
import type { NodeWorld } from "../../views/node-world.ts";
import { leasesThat } from "./lease-scan.ts";

/** Those with leases first, the newest lease before the others. */
export async function allClientsOf(identity: Identity, world: NodeWorld): Promise<Client[]> {
  const { view, inventory } = world;
  const { address } = identity;
  const one = address === undefined ? undefined : view.get(address);
  const some = address === undefined ? view.all() : one === undefined ? [] : [one];
  const found = [];
  for await (const leases of leasesThat(some, (lease) => isLeaseOf(lease, identity, inventory)))
    found.push(...leases);
  const newestFirst = found.sort((a, b) => b.revision - a.revision);
  return [...newestFirst.map(clientOfLease), ...clientsOf(identity, world)];
}

/** 404: nothing is known by that name. */
export function answerUnknown(reply: FastifyReply, text: string) {
  return reply.code(404).send({
    error: `No lease, host or reservation matches ${JSON.stringify(text)}.`,
    fix: "`leasehold leases` and `leasehold hosts` list what there is. Use the hardware address for a client that never got a lease.",
  });
}
