// The clients whose broadcasts a node is the first to answer.
import { Members } from "@leasehold/cluster";
import { clientIdOfHardware, type Mac, macBytes } from "@leasehold/protocol";
import type { Lab } from "../lab.ts";

/** Hosts of the lab's clients, by the rank that all nodes give them (apps/dhcpd/src/cluster/responder.ts). */
export function clientsAnsweredBy(lab: Lab, node: string): Lab["clients"] {
  const members = new Members(
    node,
    lab.nodes.map(({ name }) => name),
  );
  return lab.clients.filter(({ mac }) => members.rankFor(clientIdOfHardware(1, macBytes(mac as Mac))) === 0);
}
