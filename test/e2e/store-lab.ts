// What the tests of a lost, emptied or nonsensical store ask of a lab: what nodes say, what an operator does, who has which address.
import { expect } from "vitest";
import type { Lab } from "../lab/lab.ts";
import { typescript } from "../lab/service.ts";
import { shell, until } from "../lab/shell.ts";
import { type SwarmClient, swarm } from "../lab/swarm.ts";
import { doubleBindings, readWire } from "../lab/wire.ts";

export const NODES = ["n1", "n2", "n3"] as const;
/** The bucket and the key of the network document. */
export const DOCUMENT = ["dhcp-network", "document"] as const;

export interface ClusterView {
  readonly store: { readonly state: string; readonly alarms: readonly string[] };
  readonly nodes: readonly { readonly name: string; readonly networkRevision: number }[];
}

/** @param capture the pcap by which addresses are judged. */
export function storeLab(labOf: () => Lab, capture: () => string) {
  async function past(user: "admin" | "dhcpd", ...words: string[]): Promise<string> {
    const lab = labOf();
    const argv = [...typescript("test/lab/store-admin.ts"), user, lab.state.passwords[user], ...words];
    const { code, stdout, stderr } = await lab.exec("n1", argv);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    return stdout.trim();
  }

  const viewOf = async (node: string) => (await labOf().api(node, "/api/v1/cluster")).body as ClusterView;
  const alarmsOf = async (node: string) => (await viewOf(node)).store.alarms.join("; ");
  const alarmMetric = async (node: string, alarm: string) => {
    const text = (await labOf().api(node, "/metrics")).body as string;
    return new RegExp(`^leasehold_store_alarm\\{alarm="${alarm}",node="${node}"\\} (\\d)$`, "m").exec(
      text,
    )?.[1];
  };
  const awaitAlarm = (node: string, words: RegExp, seconds = 30) =>
    until(`${node} says ${words}`, seconds, async () => words.test(await alarmsOf(node)));
  async function awaitHealthy(...nodes: readonly string[]): Promise<void> {
    for (const node of nodes) {
      await until(`${node} sees the store healthy`, 60, async () => {
        const { store } = await viewOf(node).catch(() => ({ store: { state: "?", alarms: [] } }));
        return store.state === "healthy" && store.alarms.length === 0;
      });
    }
  }

  async function command(...words: string[]) {
    const { state } = labOf();
    const server = NODES.map((node) => state.doors[node]).join();
    const env = { LEASEHOLD_SERVER: server, LEASEHOLD_TOKEN: state.token };
    return shell([...typescript("apps/ctl/src/main.ts"), ...words], { env });
  }

  async function init(): Promise<string> {
    const lab = labOf();
    const servers = lab.nodes.map(({ address }) => `nats://${address}:4222`).join();
    const argv = [...typescript("apps/ctl/src/main.ts"), "init", "--nats", servers, "--user", "admin"];
    const env = { LEASEHOLD_NATS_PASSWORD: lab.state.passwords.admin };
    return until("`leasehold init` finds the servers", 60, async () => {
      const { code, stdout } = await lab.exec("n1", argv, { env });
      return code === 0 && stdout;
    });
  }

  async function restart(...nodes: readonly string[]): Promise<void> {
    const lab = labOf();
    await Promise.all(nodes.map((node) => lab.kill(node, "dhcpd")));
    await Promise.all(nodes.map((node) => lab.start(node, "dhcpd")));
  }

  async function expectKnown(node: string, clients: readonly SwarmClient[]): Promise<void> {
    const leases = await labOf().leasehold<{ address: string; mac: string }[]>(["leases"], node);
    const macs = new Map(leases.map(({ address, mac }) => [address, mac]));
    expect(clients.map(({ address }) => macs.get(address!))).toEqual(clients.map(({ mac }) => mac));
  }

  async function expectNoneGivenAgain(prefix: string, clients: readonly SwarmClient[]): Promise<void> {
    const taken = new Set(clients.map(({ address }) => address));
    const others = await swarm(labOf(), { clients: 20, rate: 50, macPrefix: prefix });
    expect(others.filter(({ address }) => address === undefined || taken.has(address))).toEqual([]);
    expect(doubleBindings(readWire(capture()))).toEqual([]);
  }

  return {
    past,
    viewOf,
    alarmsOf,
    alarmMetric,
    awaitAlarm,
    awaitHealthy,
    command,
    init,
    restart,
    expectKnown,
    expectNoneGivenAgain,
  };
}
