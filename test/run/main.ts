// What `./run` hands over to, once Node, nats-server and the npm packages are there.
import { bench } from "./bench.ts";
import { chaos, failover } from "./chaos.ts";
import { check } from "./check.ts";
import { child, program, root } from "./child.ts";
import type { RunCommand } from "./command.ts";
import { demo } from "./demo.ts";
import { lab } from "./lab.ts";
import { test } from "./test.ts";

const commands: readonly RunCommand[] = [
  demo,
  test,
  check,
  lab,
  bench,
  {
    name: "fuzz",
    usage: "fuzz [--wire] [--count N]",
    about: "mutated packets, messages and records through all that reads them",
    run: (args) => program("test/fuzz/main.ts", args),
  },
  chaos,
  failover,
  {
    name: "packet-cost",
    usage: "packet-cost [--leases N]",
    about: "what a packet costs a node in CPU time, stage by stage",
    run: (args) => child(process.execPath, ["--expose-gc", `${root}test/bench/packet/main.ts`, ...args]),
  },
  {
    name: "request-path",
    usage: "request-path",
    about: "one REQUEST from the datagram to its ACK: functions, files, and where it comes back",
    run: (args) => program("test/bench/request-path-program.ts", args),
  },
  {
    name: "sim",
    usage: "sim [--seed N] [--runs N]",
    about: "simulated clusters under faults, judged by the invariants (docs/simulation.md)",
    run: (args) => program("test/sim/main.ts", args),
  },
  {
    name: "model",
    usage: "model",
    about: "every interleaving of two clients, two nodes and a store, within bounds (docs/simulation.md)",
    run: (args) => program("test/model/main.ts", args),
  },
  {
    name: "reference",
    usage: "reference",
    about: "the network document's reference and JSON Schema, from its schema",
    run: (args) => program("test/reference/main.ts", args),
  },
  {
    name: "dhcpd",
    usage: "dhcpd node.yaml",
    about: "one DHCP server",
    run: (args) => program("apps/dhcpd/src/main.ts", args),
  },
  {
    name: "bootd",
    usage: "bootd bootd.yaml",
    about: "one boot server: loaders, scripts and images by TFTP and HTTP",
    run: (args) => program("apps/bootd/src/main.ts", args),
  },
  {
    name: "syncer",
    usage: "syncer syncer.yaml",
    about: "an inventory's changes into the cluster",
    run: (args) => program("apps/syncer/src/main.ts", args),
  },
  {
    name: "ctl",
    usage: "ctl status | leases | …",
    about: "the `leasehold` command (`./run ctl help`)",
    run: (args) => program("apps/ctl/src/main.ts", args),
  },
  {
    name: "nats-path",
    usage: "nats-path",
    about: "where the nats-server is that is used here",
    run: async () => 0 /* done by `run` itself */,
  },
  { name: "help", usage: "help", about: "this list", run: help },
];

async function help(): Promise<number> {
  const width = Math.max(...commands.map((command) => command.usage.length));
  for (const { usage, about } of commands) console.log(`  ./run ${usage.padEnd(width)}  ${about}`);
  return 0;
}

const [name = "help", ...args] = process.argv.slice(2);
const command = commands.find((each) => each.name === name.replace(/^--?h(elp)?$/, "help"));
if (!command) {
  console.error(`run: there is no command "${name}". These are:`);
  await help();
}
process.exitCode = command ? await command.run(args) : 2;
