// What a new lab's store holds: the JetStream objects, the network document, the hosts that SMD names.
import { entering } from "./host.ts";
import { typescript } from "./service.ts";
import { natsServers, services } from "./services.ts";
import { must, until } from "./shell.ts";
import { type LabState, nodesOf } from "./state.ts";

const ctl = typescript("apps/ctl/src/main.ts");
const runs = (name: string) => services.some((service) => service.name === name);

/** `leasehold init`, as the user who may. */
export async function initialiseStore(state: LabState): Promise<void> {
  const replicas = natsServers(state, "n1").length >= 3 ? "3" : "1";
  const words = [
    "init",
    "--nats",
    natsServers(state, "n1").join(),
    "--user",
    "admin",
    "--replicas",
    replicas,
  ];
  const env = { LEASEHOLD_NATS_PASSWORD: state.passwords.admin };
  await must([...entering(state.holders.n1!), ...ctl, ...words], { env, timeout: 60_000 });
}

/** Applies the network document, as an operator does, and waits until every host that SMD names is in the inventory. */
export async function loadDocuments(state: LabState, network: string): Promise<void> {
  if (!runs("dhcpd")) return;
  const doors = nodesOf(state).map(({ name }) => state.doors[name]!);
  await until("a node's API answers", 20, async () => (await fetch(`${doors[0]}/livez`)).ok);
  await must([...ctl, "apply", network, "--server", doors.join(), "--token", state.token], {
    timeout: 20_000,
  });
}

/** Waits until what SMD says has been read, and every node answers by it. */
export async function awaitInventory(state: LabState): Promise<void> {
  if (!runs("syncer") || !runs("dhcpd")) return;
  const sources = await until("the syncer has read SMD", 20, async () => {
    const found = (await read(state, "s1", "/api/v1/sources")) as readonly Source[];
    return found.every(({ lastFullRead, state: health }) => lastFullRead && health === "ok") && found;
  });
  const written = sources
    .flatMap(({ events }) => Object.values(events))
    .reduce((sum, count) => sum + count, 0);
  await until("every node has the inventory", 20, async () => {
    const { nodes } = (await read(state, "n1", "/api/v1/cluster")) as Cluster;
    return nodes.every(({ inventoryRevision }) => inventoryRevision >= written);
  });
}

/** Waits until every node has heard that every node serves: until then they would share the clients otherwise. */
export async function awaitMembers(state: LabState): Promise<void> {
  if (!runs("dhcpd")) return;
  const nodes = nodesOf(state);
  for (const { name } of nodes) {
    await until(`${name} knows that all nodes serve`, 20, async () => {
      const cluster = (await read(state, name, "/api/v1/cluster")) as Cluster;
      return cluster.nodes.filter((node) => node.state === "serving").length === nodes.length;
    });
  }
}

interface Source {
  readonly state: string;
  readonly lastFullRead: string | null;
  /** How many of each kind were written. */
  readonly events: Readonly<Record<string, number>>;
}

interface Cluster {
  readonly nodes: readonly { readonly inventoryRevision: number; readonly state: string }[];
}

async function read(state: LabState, host: string, path: string): Promise<unknown> {
  const response = await fetch(state.doors[host] + path, {
    headers: { authorization: `Bearer ${state.token}` },
  });
  if (!response.ok) throw new Error(`${host} answered ${response.status}`);
  return response.json();
}
