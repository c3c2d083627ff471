// What a node makes of a packet, by the real decide() and what it has seen of the log.

import { Members } from "@leasehold/cluster";
import { Inventory } from "@leasehold/inventory";
import {
  DEFAULT_POLICY,
  type Decision,
  decide,
  instant,
  type LeaseEvent,
  type LeaseRequest,
  LeaseView,
  leaseAfter,
  Offers,
  revision,
  type World,
} from "@leasehold/leases";
import { compileNetwork } from "@leasehold/network";
import { formatIpv4, ipv4, MessageType } from "@leasehold/protocol";
import { client, ip } from "../../apps/dhcpd/test/wire.ts";
import { CLIENTS, NODES, SKEW_MS, type State, type StoredEvent, TICK_MS } from "./state.ts";

const ADDRESS = ip("10.0.0.10");
const IDS = Array.from({ length: CLIENTS }, (_, n) => client(n + 1));
const SERVERS = Array.from({ length: NODES }, (_, n) => ip(`10.0.0.${n + 2}`));
export const LEASE_MS = 2 * TICK_MS;
export const GUARD_MS = TICK_MS;

const NETWORK = compileNetwork(
  {
    version: 1,
    defaults: { lease: { seconds: LEASE_MS / 1000, heldFactor: 1 } },
    subnets: [
      { id: "lan", prefix: "10.0.0.0/24", interface: "eth0", pools: [{ range: "10.0.0.10-10.0.0.10" }] },
    ],
  },
  1,
);
const NOTHING = { inventory: new Inventory(), offers: new Offers() };

export type Packet = "selecting" | "renewing" | "release" | "decline";

export function decisionOf(
  state: State,
  node: number,
  of: number,
  packet: Packet,
  guardMs: number,
): Decision {
  const now = instant(state.tick * TICK_MS + node * SKEW_MS);
  const asked = requestOf(packet, of, state.clients[of]!.turn, node);
  return decide(worldOf(state, node, guardMs), asked, now, state.hasLeader ? "writable" : "stored-only");
}

function worldOf({ log, seen }: State, node: number, guardMs: number): World {
  const view = new LeaseView();
  const last = seen[node]!;
  if (last > 0) view.apply(leaseAfter(eventOf(log[last - 1]!), revision(last), instant(log[last - 1]!.atMs)));
  return {
    ...NOTHING,
    ...{ node: `n${node}`, view, network: NETWORK, members: new Members(`n${node}`, []) },
    policy: { ...DEFAULT_POLICY, guardMs },
    isServer: (address) => SERVERS.includes(address),
  };
}

function eventOf({ type, client: of, xid, heldMs }: StoredEvent): LeaseEvent {
  const { client, mac } = IDS[of]!;
  const seconds = LEASE_MS / 1000;
  return {
    ...{
      type,
      v: 1,
      address: formatIpv4(ADDRESS),
      client,
      mac,
      subnet: "lan",
      seconds,
      heldSeconds: heldMs / 1000,
    },
    ...{ xid, node: "", network: 1, inventory: 0, intent: "" },
  };
}

function requestOf(packet: Packet, of: number, turn: number, node: number): LeaseRequest {
  const isUsing = packet === "renewing" || packet === "release";
  return {
    ...{
      ...IDS[of]!,
      link: NETWORK.subnets,
      classes: [],
      hostname: undefined,
      relay: undefined,
      firmware: false,
    },
    type: TYPES[packet],
    ciaddr: isUsing ? ADDRESS : ipv4(0),
    requestedAddress: isUsing ? undefined : ADDRESS,
    serverIdentifier: packet === "renewing" ? undefined : SERVERS[node],
    xid: packet === "renewing" ? -turn : turn,
    intent: "",
  };
}

const TYPES: Record<Packet, number> = {
  selecting: MessageType.REQUEST,
  renewing: MessageType.REQUEST,
  release: MessageType.RELEASE,
  decline: MessageType.DECLINE,
};
