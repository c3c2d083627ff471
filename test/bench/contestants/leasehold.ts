// Leasehold: three nodes with three copies of each lease, and one node alone.

import type { LabOptions } from "../../lab/build.ts";
import { Lab } from "../../lab/lab.ts";
import { must } from "../../lab/shell.ts";
import { root } from "../../run/child.ts";
import type { Contestant, Running } from "../contestant.ts";
import type { ProcessGroups } from "../cpu.ts";
import type { Target } from "../relays.ts";

const NETWORK = `${root}test/bench/network.yaml`;

const version = async () => {
  const nats = (await must(["nats-server", "--version"])).trim();
  return `Leasehold on Node ${process.version}, ${nats}`;
};

const common = [
  "NATS: `infra/nats/leasehold.conf` and `infra/systemd/leasehold-nats.service` as operators install them, `sync_interval: always`: an ACK means that a majority has the lease on disk, not in a cache",
  "all other settings have their defaults",
];

export const threeNodes: Contestant = {
  name: "leasehold-3",
  title: "Leasehold, three nodes",
  startRate: 4000,
  warmUpSeconds: 30,
  settings: ["three nodes, three copies of each lease (R3); each has a third of the clients", ...common],
  version,
  start: (name) => start(name, 3, ["n1", "n2", "n3"]),
};

export const threeNodesScheduledPlainly: Contestant = {
  ...threeNodes,
  name: "leasehold-3-plain",
  title: "Leasehold, NATS with default scheduling",
  isAskedFor: true,
  settings: [
    "as above, without the settings of the unit for the scheduler (`TimerSlackNSec`, `CPUSchedulingPolicy`: docs/adr/0020-nats-scheduled-as-batch.md) and for Go's garbage collector (docs/adr/0022-nats-collects-garbage-late.md)",
  ],
  start: (name) => start(name, 3, ["n1", "n2", "n3"], { plainNats: true }),
};

export const threeNodesHearingAll: Contestant = {
  name: "leasehold-3-broadcast",
  title: "Leasehold, three nodes, every packet to all",
  startRate: 1000,
  isAskedFor: true,
  settings: [
    "three nodes, three copies of each lease (R3); each packet goes to all three nodes, as on a common link",
    ...common,
  ],
  version,
  start: (name) => start(name, 3, "all"),
};

export const oneNode: Contestant = {
  name: "leasehold-1",
  title: "Leasehold, one node",
  startRate: 4000,
  warmUpSeconds: 30,
  settings: ["one node, one NATS server, one copy", ...common],
  version,
  start: (name) => start(name, 1, ["n1"]),
};

/** A cluster of ours with the bench's network document. */
export async function start(
  name: string,
  nodes: number,
  target: Target,
  unlike: Pick<LabOptions, "network" | "plainNats"> = {},
): Promise<Running> {
  const lab = await Lab.up({ name, nodes, clients: 2, network: NETWORK, ...unlike });
  return { lab, target, groups: groupsOf(lab) };
}

/** The processes of the nodes as they run now. */
export function groupsOf(lab: Lab): ProcessGroups {
  const processes = lab.processes();
  const pids = (program: string) => lab.nodes.flatMap(({ name }) => processes[name]?.[program]?.pid ?? []);
  return { dhcpd: pids("dhcpd"), "nats-server": pids("nats") };
}
