// The API's routes of the inventory: all hosts, and one of them by whatever names it.
import type { Inventory } from "@leasehold/inventory";
import { formatIpv4, isCalled } from "@leasehold/protocol";
import type { FastifyInstance } from "fastify";
import type * as z from "zod";
import { anyIdentity, parameters } from "../../api/fields.ts";
import { type Identity, identityIn, isHostCalled } from "../../api/known-client.ts";
import { hostViews } from "../../api/rows.ts";
import { notReadable } from "./leases.ts";

type HostsParts = Parameters<typeof hostViews>[0];
type HostView = ReturnType<typeof hostViews>[number];
const oneHost = parameters({ id: anyIdentity });

export function addHosts(app: FastifyInstance, world: HostsParts): void {
  const hosts = () => hostViews(world);
  app.get("/api/v1/hosts", hosts);
  const schema = { params: oneHost };
  app.get<{ Params: z.infer<typeof oneHost> }>("/api/v1/hosts/:id", { schema }, ({ params }, reply) => {
    const found = hostsCalled(params.id, hosts(), world.inventory);
    if (found === undefined) return notReadable(reply, "id", params.id);
    if (found.length === 1) return found[0];
    if (found.length === 0) {
      return reply.code(404).send({
        error: `The inventory has no host ${params.id}.`,
        fix: "`leasehold hosts` lists them.",
      });
    }
    return reply.code(409).send({
      error: `${params.id} matches ${found.length} hosts: ${found.map(({ id }) => id).join(", ")}.`,
      fix: "Ask for one of them by its id.",
    });
  });
}

/** By its id; else those that the text may mean; undefined where it can mean none. */
function hostsCalled(
  text: string,
  hosts: readonly HostView[],
  inventory: Inventory,
): readonly HostView[] | undefined {
  const exact = hosts.filter(({ id }) => id === text);
  if (exact.length > 0) return exact;
  const identity = identityIn(text, inventory);
  return identity && hosts.filter((view) => isMeant(view, identity, inventory));
}

function isMeant(view: HostView, identity: Identity, inventory: Inventory): boolean {
  const host = inventory.host(view.id);
  if (host !== undefined && isHostCalled(host, identity)) return true;
  const { address, mac, name } = identity;
  const text = address === undefined ? undefined : formatIpv4(address);
  return (
    view.interfaces.some((one) => one.mac === mac || one.addresses.some((each) => each === text)) ||
    (name !== undefined && (isCalled(name, view.id) || isCalled(name, view.hostname)))
  );
}
