// The commands of `./run lab`, each a few lines over the class Lab.

import { isCut } from "./faults.ts";
import { Lab } from "./lab.ts";
import { defaultName } from "./layout.ts";
import { takeName, type Words } from "./words.ts";

/** Answers with an exit code; 0 when nothing. */
type LabCommand = (words: Words) => Promise<number | undefined> | Promise<void>;

/** Enough for a million leases, and soon full. */
const DISK_MEGABYTES = 256;

const attached = ({ values }: Words) => Lab.attach(values.name);
const say = (line: string) => console.error(line);

/** A command on a node and, where it takes one, a program of it. */
const onNode =
  (act: (lab: Lab, node: string, what: string) => Promise<void> | void): LabCommand =>
  async (words) => {
    const [node, what = "all"] = words.positionals;
    if (!node) throw new Error("Name a node: n1, n2, n3.");
    await act(attached(words), node, what);
  };

export const commands: Readonly<Record<string, LabCommand>> = {
  async up({ values }) {
    const { name, network, inventory } = values;
    removeWhenInterrupted(name);
    const lab = await Lab.up(
      {
        ...(name && { name }),
        ...(network && { network }),
        ...(inventory && { inventory }),
        ...(values.nodes && { nodes: count("nodes", values.nodes, 3, 5) }),
        ...(values.clocks && { clocks: true }),
        ...(values.boot && { boot: true }),
        ...(values.disks && { diskMegabytes: DISK_MEGABYTES }),
        ...(values["sync-interval"] && { syncInterval: values["sync-interval"] }),
        ...(values.clients && { clients: count("clients", values.clients, 0, 500) }),
      },
      say,
    );
    console.log(JSON.stringify(lab.layout(), undefined, 2));
  },

  async down({ values }) {
    await Lab.remove(values.name);
  },

  async status(words) {
    const lab = attached(words);
    console.log(JSON.stringify({ ...lab.layout(), running: lab.running() }, undefined, 2));
  },

  async exec(words) {
    const [host, ...early] = words.positionals;
    const argv = [...early, ...words.rest];
    if (!host || argv.length === 0)
      throw new Error("Say where and what: ./run lab exec c1 -- dhclient -v eth0");
    return attached(words).execHere(host, argv);
  },

  kill: onNode((lab, node, what) => lab.kill(node, what)),
  stop: onNode((lab, node, what) => lab.stop(node, what)),
  "lame-duck": onNode((lab, node) => lab.lameDuck(node)),
  start: onNode((lab, node, what) => lab.start(node, what)),
  pause: onNode((lab, node, what) => lab.pause(node, what)),
  resume: onNode((lab, node, what) => lab.resume(node, what)),
  cut: onNode((lab, node, what) => {
    if (!isCut(what)) throw new Error(`Cut all, or routes; there is no "${what}" to cut.`);
    return lab.cut(node, what);
  }),
  heal: onNode((lab, node) => lab.heal(node)),
  clock: onNode((lab, node, seconds) => lab.shiftClock(node, Number(seconds))),
  "disk-full": onNode((lab, node) => lab.fillDisk(node)),
  "disk-free": onNode((lab, node) => lab.freeDisk(node)),
  "power-cut": (words) => attached(words).cutPower(),

  async leader(words) {
    const [stream = "KV_dhcp-leases"] = words.positionals;
    console.log((await attached(words).leaderOf(stream)) ?? `Nobody leads ${stream} now.`);
  },

  logs: onNode((lab, node, what) => {
    for (const [program, text] of Object.entries(lab.logs(node))) {
      if (what !== "all" && what !== program) continue;
      process.stdout.write(text.replaceAll(/^(?=.)/gm, `${node} ${program}  `));
    }
  }),

  async capture(words) {
    const [act, filter] = words.positionals;
    if (act !== "start" && act !== "stop") throw new Error("Say `capture start [FILTER]` or `capture stop`.");
    const lab = attached(words);
    console.log(act === "start" ? await lab.startCapture(filter) : await lab.stopCapture());
  },

  async smd({ values, rest }) {
    const { name, others } = takeName(rest);
    for (const line of await Lab.attach(values.name ?? name).smd(...others)) console.log(line);
  },

  async help() {
    console.log(HELP.replace("NAME", defaultName()));
  },
};

// A lab that nobody waits for any more is not left half built.
function removeWhenInterrupted(name: string | undefined): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => void Lab.remove(name).finally(() => process.exit(130)));
  }
}

/** How many words belong to the command itself where the others are passed on. */
export const ownWords: Readonly<Record<string, number>> = { exec: 1, smd: 0 };

function count(option: string, text: string, least: number, most: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new Error(`--${option} is a number from ${least} to ${most}; "${text}" is not.`);
}

const HELP = `A cluster in network namespaces: nodes n1 n2 n3, s1 (syncer, SMD stand-in), clients c1 c2 …, r1 (relay), sw (bridge).

  up [--network F] [--inventory F] [--nodes 3] [--clients 2] [--boot] [--clocks] [--disks] [--sync-interval 2m]
                                          builds it; its layout as JSON on stdout
  down
  status                                  the layout, and what runs
  exec HOST -- CMD                        a program on a host; \`leasehold\` is on its PATH
  kill|stop|pause|resume|start NODE [nats|dhcpd|all]   SIGKILL, SIGTERM, SIGSTOP, SIGCONT, and back until it serves
  lame-duck NODE                          its NATS server leaves in order, as before an upgrade
  cut NODE [all|routes], heal NODE        the node's NATS traffic, or what its server and the others say; its DHCP goes on
  leader [STREAM]                         the node whose NATS server leads it; KV_dhcp-leases when none is named
  clock NODE +60|-3|0                     its dhcpd's clock, so many seconds from the machine's (up --clocks)
  disk-full|disk-free NODE                the disk that its store is on (up --disks)
  power-cut                               of all nodes: SIGKILL, and what was not fsynced is gone (up --disks); then \`start\`
  logs HOST [PROGRAM]
  capture start [FILTER] | stop           tcpdump on the bridge; prints the pcap's path
  smd put|delete|fail|list …              what the SMD stand-in says

All take --name, for more labs than one (here: NAME).`;
