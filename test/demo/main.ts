// `./run demo [--keep]`: what Leasehold is, shown in a minute with real servers, real clients and a node that dies.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Lab } from "../lab/lab.ts";
import { defaultName } from "../lab/layout.ts";
import { ensureTools } from "../run/debian-packages.ts";
import { scenes } from "./scenes.ts";
import { Stage, say } from "./stage.ts";

const NAME = `${defaultName()}demo`;

async function main(keep: boolean): Promise<number> {
  const started = performance.now();
  const seconds = () => ((performance.now() - started) / 1000).toFixed(0);
  await ensureTools(say);
  say("Building the stage: network namespaces for three nodes, a syncer and fourteen machines.");
  const inventory = join(import.meta.dirname, "inventory.json");
  const stage = new Stage(await Lab.up({ name: NAME, clients: 14, inventory }));
  for (const play of scenes) await play(stage);
  say(
    `\nAll promises were kept, in ${seconds()} s: ${stage.leases.size} machines, no address twice, no restart, one node lost and found.`,
  );
  if (keep) tellHowToLookAround(stage);
  return 0;
}

function tellHowToLookAround(stage: Stage): void {
  const { token } = stage.lab.state;
  say(`
It stays up:
  ./run lab exec --name ${NAME} n1 -- leasehold status        also: leases, hosts, lease <ip>
  ./run lab exec --name ${NAME} c1 -- ip address
  ./run lab kill --name ${NAME} n2 all                          and see who answers
  curl -H 'Authorization: Bearer ${token}' ${stage.lab.state.doors.n1}/api/v1/cluster
  ./run lab down --name ${NAME}                                 takes it away`);
}

const { values } = parseArgs({ options: { keep: { type: "boolean", default: false } } });
let isKept = false;
try {
  process.exitCode = await main(values.keep);
  isKept = values.keep;
} catch (error) {
  say(`\n✗ A promise was broken: ${error instanceof Error ? error.message : String(error)}`);
  say(`  ./run lab up --name ${NAME} builds the same stage to look for the reason.`);
  process.exitCode = 1;
} finally {
  if (!isKept) await Lab.remove(NAME);
}
