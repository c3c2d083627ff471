// The API's route of what was seen of a machine's boots, by whatever names the machine: the events of all nodes and boot servers, and the last
// boot in words.
import { type BootEvent, bootEventInWords, findingOf, lastBoot, readBootEvent } from "@leasehold/boot";
import { type Bus, readBootLog } from "@leasehold/bus";
import type { Mac } from "@leasehold/protocol";
import type { FastifyInstance } from "fastify";
import type * as z from "zod";
import { anyIdentity, parameters } from "../../api/fields.ts";
import { identityIn } from "../../api/known-client.ts";
import type { NodeWorld } from "../../views/node-world.ts";
import { allClientsOf, answerUnknown } from "./clients-called.ts";
import { notReadable } from "./leases.ts";

export interface BootLogParts {
  readonly world: NodeWorld;
  /** @throws BusError while there is no connection. */
  connectedBus(): Bus;
}

/** A host has some interfaces; a name that many machines have is asked of so many. */
const MACHINES_MAX = 16;
const ETHERNET_LENGTH = "00:00:00:00:00:00".length;
const query = parameters({ of: anyIdentity });

export function addBootLog(app: FastifyInstance, node: BootLogParts): void {
  const schema = { querystring: query };
  app.get<{ Querystring: z.infer<typeof query> }>("/api/v1/boot/log", { schema }, async (request, reply) => {
    const { of } = request.query;
    const identity = identityIn(of, node.world.inventory);
    if (identity === undefined) return notReadable(reply, "of", of);
    const clients = await allClientsOf(identity, node.world);
    const macs = [...new Set(clients.flatMap(({ mac }) => (mac?.length === ETHERNET_LENGTH ? [mac] : [])))];
    if (macs.length === 0) return answerUnknown(reply, of);
    const bus = node.connectedBus();
    const machines = await Promise.all(macs.slice(0, MACHINES_MAX).map((mac) => machineView(bus, mac)));
    return { node: node.world.node, machines };
  });
}

async function machineView(bus: Bus, mac: Mac) {
  const all = (await readBootLog(bus, mac)).map(readBootEvent).filter((one) => one !== undefined);
  const boot = lastBoot(all);
  const found = findingOf(boot);
  const last = found === undefined ? null : { events: boot.length, isWell: false, ...found };
  return { mac, lastBoot: last, events: all.map(eventView) };
}

function eventView(event: BootEvent) {
  const { at, xid: _, ...rest } = event;
  return { at: new Date(at).toISOString(), words: bootEventInWords(event), ...rest };
}
