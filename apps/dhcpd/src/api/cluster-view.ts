// The cluster as one node sees it: what `GET /api/v1/cluster` answers (docs/api.md).

import { LEASES } from "@leasehold/bus";
import { type Heartbeat, type LastWord, roleOf } from "@leasehold/cluster";
import type { Network } from "@leasehold/network";
import { parseIpv4 } from "@leasehold/protocol";
import { type DhcpHeartbeat, ROLE } from "../cluster/heartbeat.ts";
import { memberLinks } from "../cluster/member-links.ts";
import { carrierOf } from "../cluster/other-nodes.ts";
import { unservedSubnets } from "./change-impact.ts";
import type { NodeView } from "./node-view.ts";

export function clusterViewOf(node: NodeView) {
  const { file, version, clock, pending, alarms } = node;
  const { strays } = node.world;
  const now = node.clocks.now();
  return {
    node: file.name,
    version,
    serverIdentifier: serverIdentifierOf(node),
    nodes: nodesOf(node),
    /** Processes of the cluster that do not answer DHCP. */
    others: othersOf(node),
    /** Subnets of which the document says on which interface they are, and no node has it. */
    unserved: unservedSubnets(node.world.network, memberLinks(node.world.membership, node.clocks.steady())),
    /** Of the network document in force, and of pools that cover addresses which somebody has. */
    warnings: node.world.warnings,
    /** What a person should look at now: pools that are nearly full, or fill fast, and who declines too much. */
    alarms: [...alarmsOf(node), ...node.name.warnings(node.clocks.steady())],
    store: {
      state: node.storeState,
      durability: node.disks.durability,
      ...node.natsServer,
      bucket: LEASES,
      pending,
      alarms: alarms.words,
    },
    /** Records in the buckets that this node cannot use, and leases outside of every subnet. */
    unreadable: node.unreadable.view(),
    strayLeases: { count: strays.countAt(now), addresses: strays.someAt(now) },
    /** What was heard on NATS and is not what nodes say, by kind, since the start. */
    badMessages: Object.fromEntries(node.counters.of("badMessages")),
    clock: {
      /** By how much this node's wall clock is ahead of stream time, s. */
      ahead: Math.round(clock.wallDifferenceMs) / 1000,
      isFenced: clock.isFenced,
    },
  };
}

function alarmsOf({ world, clocks }: NodeView): string[] {
  const now = clocks.steady();
  const heard = [...world.membership.all(now), ...world.membership.others(now)];
  const others = heard.flatMap(({ beat, isAlive }) => (isAlive ? (beat.alarms ?? []) : []));
  return [...new Set([...world.alarms.sentences, ...others])];
}

function serverIdentifierOf({ world, clocks }: NodeView) {
  const configured = world.network.document.cluster?.serverIdentifier ?? { mode: "per-node" as const };
  if (configured.mode !== "floating") return configured;
  return { ...configured, carriedBy: carrierOf(world.membership, clocks.steady()) ?? null };
}

function nodesOf({ world, clocks }: NodeView) {
  const heard = world.membership
    .all(clocks.steady())
    .map(({ beat: { node, links, ...rest }, silentMs, isAlive }) => ({
      name: node,
      ...rest,
      role: ROLE,
      ...(links && { links: links.map((link) => ({ ...link, subnet: subnetIdOf(link, world.network) })) }),
      ...seen({ beat: rest, silentMs, isAlive }),
    }));
  const unheard = world.membership
    .unheard()
    .map((name) => ({ name, role: ROLE, state: "dead", ...NOTHING_HEARD }));
  return [...heard, ...unheard];
}

function othersOf({ world, clocks }: NodeView) {
  return world.membership.others(clocks.steady()).map(({ beat, silentMs, isAlive }) => {
    const { node: name, version, addresses, api, notReady = null } = beat;
    return {
      name,
      role: roleOf(beat),
      version,
      addresses,
      api,
      notReady,
      ...seen({ beat, silentMs, isAlive }),
    };
  });
}

/** Who is silent is dead, whatever it said last, unless that was goodbye. */
function seen({ beat: { state }, silentMs, isAlive }: LastWord<Pick<Heartbeat, "state">>) {
  return {
    state: isAlive || state === "stopped" ? state : "dead",
    lastSeen: new Date(Date.now() - silentMs).toISOString(),
  };
}

/** The primary one of the link; null when it serves none. */
function subnetIdOf(
  { name, addresses }: NonNullable<DhcpHeartbeat["links"]>[number],
  network: Network,
): string | null {
  const numbers = addresses.flatMap((text) => parseIpv4(text) ?? []);
  return network.subnetOnLink(name, numbers)?.id ?? null;
}

/** A member by the store that was not heard since this node runs. */
const NOTHING_HEARD = {
  ...{ version: null, addresses: [], links: [], api: "", networkRevision: null, hosts: null, leases: null },
  lastSeen: null,
};
