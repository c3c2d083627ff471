// What befalls the cluster: a line a fault, with its reason. Those that cost the quorum are planned; no other ever takes more
// than one of the three.

import type { Lab } from "../lab/lab.ts";
import { sleep, until } from "../lab/shell.ts";
import type { FaultKind } from "./fault-kind.ts";
import { linkFaults } from "./link-faults.ts";

const BUCKET = "KV_dhcp-leases";
const names = (lab: Lab) => lab.nodes.map(({ name }) => name);
const others = (lab: Lab, victim: string) => names(lab).filter((name) => name !== victim);
const each = async (nodes: readonly string[], act: (node: string) => Promise<void> | void) => {
  await Promise.all(nodes.map(act));
};
const startAll = (lab: Lab) => each(names(lab), (node) => lab.start(node));

const killed =
  (what: "dhcpd" | "nats" | "all"): FaultKind["strike"] =>
  async (lab, victim) => {
    await lab.kill(victim, what);
    return () => lab.start(victim);
  };

const paused =
  (what: "dhcpd" | "nats" | "all"): FaultKind["strike"] =>
  async (lab, victim) => {
    lab.pause(victim, what);
    return async () => lab.resume(victim, what);
  };

const shifted =
  (seconds: number): FaultKind["strike"] =>
  async (lab, victim) => {
    lab.shiftClock(victim, seconds);
    return async () => lab.shiftClock(victim, 0);
  };

async function leaderOf(lab: Lab): Promise<string> {
  return until("the bucket of leases has a leader", 30, () => lab.leaderOf(BUCKET));
}

export const faultKinds: readonly FaultKind[] = [
  // The commonest fault there is: its clients ask the others.
  { name: "dhcpd killed", seconds: [3, 12], strike: killed("dhcpd") },
  // A frozen virtual machine: what it answers when it goes on was decided in another world.
  { name: "dhcpd paused", seconds: [3, 25], strike: paused("dhcpd") },
  // In order: it says goodbye, and nobody may notice.
  {
    name: "dhcpd stopped in order",
    seconds: [2, 6],
    async strike(lab, victim) {
      await lab.stop(victim, "dhcpd");
      return () => lab.start(victim, "dhcpd");
    },
  },
  // It comes and goes faster than anybody can believe in it.
  {
    name: "dhcpd flaps",
    seconds: [0, 1],
    isOver: true,
    async strike(lab, victim, random) {
      for (let i = 0; i < 3; i++) {
        await lab.kill(victim, "dhcpd");
        await sleep(random.below(1500));
        await lab.start(victim, "dhcpd");
        await sleep(random.below(1500));
      }
      return async () => {};
    },
  },
  { name: "nats-server killed", seconds: [3, 15], strike: killed("nats") },
  { name: "nats-server paused", seconds: [3, 20], strike: paused("nats") },
  // The only one that holds up writes: JetStream elects another within 4 to 9 s.
  {
    name: "stream leader killed",
    seconds: [8, 15],
    async strike(lab) {
      const leader = await leaderOf(lab);
      await lab.kill(leader, "nats");
      return () => lab.start(leader, "nats");
    },
  },
  // Nobody sees a connection end: a slow death is the harder one to notice.
  {
    name: "stream leader paused",
    seconds: [8, 20],
    async strike(lab) {
      const leader = await leaderOf(lab);
      lab.pause(leader, "nats");
      return async () => lab.resume(leader, "nats");
    },
  },
  // SIGTERM is the store's own way to go: leadership is handed over first.
  {
    name: "nats-server stopped in order",
    seconds: [2, 6],
    async strike(lab, victim) {
      await lab.stop(victim, "nats");
      return () => lab.start(victim, "nats");
    },
  },
  { name: "machine killed", seconds: [5, 15], strike: killed("all") },
  { name: "machine paused", seconds: [5, 25], strike: paused("all") },
  // DHCP goes on and the cluster is out of sight: the others must not be contradicted.
  {
    name: "node cut off",
    seconds: [5, 25],
    async strike(lab, victim) {
      await lab.cut(victim);
      return () => lab.heal(victim);
    },
  },
  // Its dhcpd hears everybody, and every dhcpd hears it: only the servers have lost each other.
  {
    name: "nats-server cut off",
    seconds: [5, 25],
    async strike(lab, victim) {
      await lab.cut(victim, "routes");
      return () => lab.heal(victim);
    },
  },
  { name: "clock 3 s ahead", seconds: [5, 20], strike: shifted(3) },
  { name: "clock 3 s behind", seconds: [5, 20], strike: shifted(-3) },
  // Past the guard: without a fence it would give away what others hold.
  { name: "clock 90 s ahead", seconds: [5, 30], strike: shifted(90) },
  { name: "clock 90 s behind", seconds: [5, 30], strike: shifted(-90) },
  {
    name: "disk full",
    seconds: [5, 15],
    async strike(lab, victim) {
      await lab.fillDisk(victim);
      return async () => {
        await lab.freeDisk(victim);
        // A store that could not write stands still until it is started anew (nats-server 2.14 and later).
        await lab.stop(victim, "nats");
        await lab.start(victim, "nats");
      };
    },
  },
  // By the procedure of docs/operate.md, as for an upgrade: the same version stands in for a newer one.
  {
    name: "rolling restart of nats-servers",
    seconds: [0, 1],
    isOver: true,
    async strike(lab) {
      for (const node of names(lab)) {
        await lab.lameDuck(node);
        await lab.start(node, "nats"); // Until its /healthz says that all it has is current.
      }
      return async () => {};
    },
  },
  {
    name: "rolling restart of dhcpds",
    seconds: [0, 1],
    isOver: true,
    async strike(lab) {
      for (const node of names(lab)) {
        await lab.leasehold(["node", "drain", node], node);
        await lab.stop(node, "dhcpd");
        await lab.start(node, "dhcpd");
      }
      return async () => {};
    },
  },
  {
    name: "all dhcpds killed",
    seconds: [1, 4],
    async strike(lab) {
      await each(names(lab), (node) => lab.kill(node, "dhcpd"));
      return () => startAll(lab);
    },
  },
  ...linkFaults,
  // From here on there is no majority: nothing new may be promised.
  {
    name: "two nats-servers killed",
    seconds: [5, 15],
    costsQuorum: true,
    async strike(lab, victim) {
      await each(others(lab, victim), (node) => lab.kill(node, "nats"));
      return () => startAll(lab);
    },
  },
  {
    name: "all nats-servers paused",
    seconds: [3, 12],
    costsQuorum: true,
    async strike(lab) {
      await each(names(lab), (node) => lab.pause(node, "nats"));
      return () => each(names(lab), (node) => lab.resume(node, "nats"));
    },
  },
  {
    name: "all cut from each other",
    seconds: [8, 20],
    costsQuorum: true,
    async strike(lab) {
      await each(names(lab), (node) => lab.cut(node));
      return () => each(names(lab), (node) => lab.heal(node));
    },
  },
  {
    name: "everything killed",
    seconds: [1, 5],
    costsQuorum: true,
    async strike(lab) {
      await each(names(lab), (node) => lab.kill(node));
      return () => startAll(lab);
    },
  },
  {
    name: "power cut",
    seconds: [1, 5],
    costsQuorum: true,
    async strike(lab) {
      await lab.cutPower();
      return () => startAll(lab);
    },
  },
];
