// The demo's last machine has nothing but firmware: a BIOS with an iPXE ROM, in QEMU. It boots from the cluster, and loses a node on the way.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Machine, whyNoMachine } from "../boot/qemu/machine.ts";
import { bios } from "../boot/qemu/machine-kinds.ts";
import { advertiseRouter } from "../boot/qemu/router.ts";
import { bootDoor, bootFolder } from "../lab/layout.ts";
import { until } from "../lab/shell.ts";
import { duration, promise, say, scene } from "./say.ts";
import type { Stage } from "./stage.ts";

/** As inventory.json has it. */
const MAC = "02:1e:a5:b0:00:01";
const XNAME = "x1000c0s14b0n0";
const ADDRESS = "10.77.1.15";
const OWN = new RegExp(`I am ${XNAME}, my address is ${ADDRESS}. (?<node>n\\d) has made this script`);
const NEXT = /And this is the next one/;
/** Firmware that is emulated on a busy machine. */
const SECONDS = 120;

export async function aMachineBoots(stage: Stage): Promise<void> {
  const why = whyNoMachine(bios);
  if (why !== undefined) {
    say(`\nThe part in which a machine boots over the network is left out: ${why}.`);
    return;
  }
  const { lab } = stage;
  scene(
    "A machine that has nothing but its firmware is switched on: a BIOS with iPXE in ROM, in QEMU. SMD knows it.",
  );
  writeFileSync(
    join(bootFolder(lab.state), "next.ipxe"),
    `#!ipxe\necho ${NEXT.source}. From here on it would be Linux.\nsleep 600\n`,
  );
  advertiseRouter(lab);
  const machine = new Machine(lab, { name: "machine", mac: MAC, kind: bios });
  await machine.switchOn();
  try {
    await bootsWithoutItsNode(stage, machine);
  } finally {
    await machine.switchOff();
  }
}

async function bootsWithoutItsNode({ lab }: Stage, machine: Machine): Promise<void> {
  const own = await machine.shows(OWN, SECONDS);
  const node = own.groups.node!;
  await lab.kill(node, "all");
  const next = await machine.shows(NEXT, SECONDS);
  show(machine);
  promise(
    true,
    `it has the address and the script that SMD's host gets, ${duration(own.seconds)} after it was switched on`,
  );
  const other = await servedBy(
    lab.nodes.map(({ name }) => name).filter((name) => name !== node),
    lab,
  );
  promise(
    other !== undefined,
    `${node}, which had given it the script, was killed; it has the next one from ${other}, ${duration(next.seconds - own.seconds)} later`,
  );
  await lab.start(node, "all");
  say(`  ${node} is started again`);
}

/** The last lines of its console. */
function show(machine: Machine): void {
  const lines = machine
    .console()
    .split("\n")
    .map((line) => line.trim());
  for (const line of lines.filter((each) => each !== "").slice(-8)) say(`  │ ${line}`);
}

async function servedBy(nodes: readonly string[], lab: Stage["lab"]): Promise<string | undefined> {
  return until("a node has served the next script", 10, async () => {
    for (const name of nodes) {
      const { body } = await lab.api(bootDoor({ name }), `/api/v1/served?mac=${MAC}`);
      if ((body as { name: string }[]).some((one) => one.name === "/next.ipxe")) return name;
    }
    return undefined;
  });
}
