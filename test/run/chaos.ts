// `./run chaos` and `./run failover`: bring the tools that they need. Both judge by captures of tcpdump and give nodes disks,
// which takes root.
import { program } from "./child.ts";
import type { RunCommand } from "./command.ts";
import { ensureTools } from "./debian-packages.ts";

export const chaos: RunCommand = {
  name: "chaos",
  usage: "chaos [--minutes N] [--seed N]",
  about: "a cluster and its clients under every fault, judged on the wire (docs/lab.md)",
  run: (args) => asRoot("test/chaos/main.ts", args),
};

export const failover: RunCommand = {
  name: "failover",
  usage: "failover [--runs N]",
  about: "how long clients wait when a node dies or starts",
  run: (args) => asRoot("test/failover/main.ts", args),
};

async function asRoot(file: string, args: readonly string[]): Promise<number> {
  if (process.getuid?.() !== 0) {
    console.error("run: this captures packets and mounts disks: run it as root.");
    return 2;
  }
  await ensureTools((line) => console.error(line));
  return program(file, args);
}
