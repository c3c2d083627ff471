// What befalls the contents of the store: emptied, lost with every disk, a document that is none. After each, one node is started anew
// at once and then all of them; what must hold then is looked at here, the wire is judged afterwards.
import { initialiseStore } from "../lab/contents.ts";
import { storeOf } from "../lab/disk.ts";
import type { Lab } from "../lab/lab.ts";
import { typescript } from "../lab/service.ts";
import { until } from "../lab/shell.ts";
import type { FaultKind, Heal } from "./fault-kind.ts";

const RECOVERY_SECONDS = 90;
const names = (lab: Lab) => lab.nodes.map(({ name }) => name);

async function asAdmin(lab: Lab, ...words: string[]): Promise<void> {
  const argv = [...typescript("test/lab/store-admin.ts"), "admin", lab.state.passwords.admin, ...words];
  const { code, stdout, stderr } = await lab.exec("n1", argv);
  if (code !== 0 || stdout.startsWith("refused")) throw new Error(`${words.join(" ")}: ${stdout}${stderr}`);
}

interface NetworkView {
  readonly revision: number;
  readonly stored: { readonly state: string; readonly revision: number };
}
const networkAt = async (lab: Lab, node: string) =>
  (await lab.api(node, "/api/v1/network")).body as NetworkView;
const storeAt = async (lab: Lab, node: string) =>
  ((await lab.api(node, "/api/v1/cluster")).body as { store: { state: string; alarms: string[] } }).store;

async function restart(lab: Lab, nodes: readonly string[]): Promise<void> {
  await Promise.all(nodes.map((node) => lab.kill(node, "dhcpd")));
  await Promise.all(nodes.map((node) => lab.start(node, "dhcpd")));
}

/** All nodes go by what the store has, and find nothing wrong with it. */
async function awaitWhole(lab: Lab, after: string): Promise<void> {
  for (const node of names(lab)) {
    await until(`${node} finds the store whole after "${after}"`, RECOVERY_SECONDS, async () => {
      const { state, alarms } = await storeAt(lab, node);
      const { revision, stored } = await networkAt(lab, node);
      const isStored = stored.state === "document" && stored.revision === revision;
      if (state === "healthy" && !isStored && stored.state !== "unknown")
        throw new Error(`${node} says healthy, and the store's document is ${stored.state}`);
      return isStored && alarms.length === 0 && ["healthy", "degraded"].includes(state);
    });
  }
}

/** The victim at once, while nothing is written back yet; all of them when it is. */
async function startAnew(lab: Lab, victim: string, after: string): Promise<void> {
  await restart(lab, [victim]);
  await awaitWhole(lab, after);
  await restart(lab, names(lab));
  await awaitWhole(lab, `${after}, and all started anew`);
  await judgeApply(lab);
}

/** The same document is nothing to do, and is stored all the same when that is asked for. */
async function judgeApply(lab: Lab): Promise<void> {
  const { revision } = await networkAt(lab, "n1");
  const { document } = (await lab.api("n1", `/api/v1/network/history/${revision}`)).body as {
    document: unknown;
  };
  const headers = { "if-match": `"${revision}"` };
  const { status } = await lab.api("n2", "/api/v1/network", {
    ...{ method: "PUT", headers, body: JSON.stringify(document) },
  });
  if (status !== 200) throw new Error(`a document on top of revision ${revision} was answered ${status}`);
}

const over =
  (act: (lab: Lab, victim: string) => Promise<void>): FaultKind["strike"] =>
  async (lab, victim): Promise<Heal> => {
    await act(lab, victim);
    return async () => {};
  };

export const storeLosses: readonly FaultKind[] = [
  {
    name: "leases emptied",
    ...{ seconds: [0, 0], costsQuorum: true, isOver: true },
    strike: over(async (lab, victim) => {
      await asAdmin(lab, "empty", "dhcp-leases");
      await startAnew(lab, victim, "leases emptied");
    }),
  },
  {
    name: "rolled up by one message",
    ...{ seconds: [0, 0], costsQuorum: true, isOver: true },
    strike: over(async (lab, victim) => {
      await asAdmin(lab, "unprotect", "dhcp-leases");
      await until("nodes say so, and have written it back", RECOVERY_SECONDS, async () =>
        (await Promise.all(names(lab).map((node) => storeAt(lab, node)))).every(
          ({ state, alarms }) => alarms.join().includes("can empty") && state === "healthy",
        ),
      );
      await asAdmin(lab, "rollup", "dhcp-leases", "10.77.200.1");
      await restart(lab, [victim]);
      await initialiseStore(lab.state);
      await startAnew(lab, victim, "rolled up by one message");
    }),
  },
  {
    name: "document that is none",
    ...{ seconds: [0, 0], isOver: true },
    strike: over(async (lab, victim) => {
      await asAdmin(lab, "put", "dhcp-network", "document", '{"version":1,"subnets":"none"}');
      for (const nodes of [[], [victim], names(lab)]) {
        await restart(lab, nodes);
        for (const node of names(lab)) {
          await until(`${node} says that the document is none`, RECOVERY_SECONDS, async () => {
            const { state, alarms } = await storeAt(lab, node);
            return state === "incomplete" && alarms.join().includes("cannot be used");
          });
        }
      }
      await lab.leasehold(["rollback"]);
      await awaitWhole(lab, "document that is none");
    }),
  },
  {
    name: "members and document emptied",
    ...{ seconds: [0, 0], isOver: true },
    strike: over(async (lab, victim) => {
      await asAdmin(lab, "empty", "dhcp-network");
      await until(
        "the document is back",
        RECOVERY_SECONDS,
        async () => (await networkAt(lab, "n1")).stored.state === "document",
      );
      await startAnew(lab, victim, "members and document emptied");
    }),
  },
  {
    name: "all stores lost, and init",
    ...{ seconds: [0, 0], costsQuorum: true, isOver: true },
    strike: over(async (lab, victim) => {
      await Promise.all(names(lab).map((node) => lab.kill(node, "nats")));
      for (const host of lab.nodes) {
        const { code, stderr } = await lab.exec(host.name, [
          "sh",
          "-c",
          'rm -rf "$0"/*',
          storeOf(lab.state, host),
        ]);
        if (code !== 0) throw new Error(stderr);
      }
      await Promise.all(names(lab).map((node) => lab.start(node, "nats")));
      await until("init makes the buckets", RECOVERY_SECONDS, async () => {
        await initialiseStore(lab.state);
        return true;
      });
      await until(
        "the document is back",
        RECOVERY_SECONDS,
        async () => (await networkAt(lab, "n1")).stored.state === "document",
      );
      await startAnew(lab, victim, "all stores lost");
    }),
  },
];
