// `./run demo [--keep]`: what Leasehold is, shown in half a minute with real servers, real clients and a node that dies.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type ClientProgram, clientPrograms } from "../lab/clients/index.ts";
import { Lab } from "../lab/lab.ts";
import { defaultName } from "../lab/layout.ts";
import { againAsRoot } from "../lab/without-root.ts";
import { missingOf } from "../run/debian-packages.ts";
import { duration, say } from "./say.ts";
import { scenes } from "./scenes.ts";
import { Stage } from "./stage.ts";

const NAME = `${defaultName()}demo`;
const started = performance.now();

async function demo(keep: boolean): Promise<number> {
  const programs = clientsHere();
  removeWhenInterrupted();
  say("Building a machine room in network namespaces: three nodes, a syncer, a relay and fourteen machines.");
  const inventory = join(import.meta.dirname, "inventory.json");
  const network = join(import.meta.dirname, "network.yaml");
  const lab = await Lab.up({ name: NAME, clients: 14, inventory, network });
  let isKept = false;
  try {
    const stage = await Stage.open(lab, programs);
    for (const play of scenes) await play(stage);
    isKept = keep;
    tellTheSum(stage);
    if (keep) {
      await lab.stopCapture();
      tellHowToLookAround(lab);
    }
  } finally {
    if (!isKept) await lab.down();
  }
  return 0;
}

/** @throws Error naming what is needed, when there is nothing to show it with. */
function clientsHere(): readonly ClientProgram[] {
  const missing = missingOf(["ip", "tcpdump", ...clientPrograms.map(({ name }) => name)]);
  const lacks = (command: string) => missing.some(([name]) => name === command);
  const programs = clientPrograms.filter(({ name }) => !lacks(name));
  if (missing.length > 0) {
    const names = missing.map(([command, debianPackage]) => `${command} (Debian package ${debianPackage})`);
    say(`This machine lacks ${names.join(", ")}; the demo goes on without where it can.`);
  }
  if (lacks("ip") || programs.length === 0) {
    throw new Error("The demo needs `ip`, and dhclient, udhcpc or dhcpcd. Install them, and run it again.");
  }
  return programs;
}

function tellTheSum({ leases }: Stage): void {
  const seconds = duration((performance.now() - started) / 1000);
  say(
    `\nAll checks passed, in ${seconds}: ${leases.size} machines served by three nodes, no address given twice, nothing restarted for a change, a node lost and found.`,
  );
}

function tellHowToLookAround({ state }: Lab): void {
  say(`
It stays up. The API of n1 is ${state.doors.n1}, its token ${state.token}

  ./run lab exec --name ${NAME} n1 -- leasehold status      (leases, hosts, lease 10.77.1.1, help …)
  ./run lab exec --name ${NAME} c1 -- ip address
  ./run lab smd put --name ${NAME} --mac 02:00:00:00:00:09 --ip 10.77.1.99 --xname x1000c0s9b0n0
  ./run lab kill --name ${NAME} n1 all                      and look who answers now; start brings it back
  curl -H 'Authorization: Bearer ${state.token}' ${state.doors.n1}/api/v1/cluster
  ./run lab down --name ${NAME}                             takes it away`);
}

function removeWhenInterrupted(): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void Lab.remove(NAME).finally(() => process.exit(130)));
  }
}

const { values } = parseArgs({ options: { keep: { type: "boolean", default: false } } });
try {
  process.exitCode = (await againAsRoot()) ?? (await demo(values.keep));
} catch (cause) {
  say(`\n✗ ${(cause as Error).message}`);
  process.exitCode = 1;
}
