// `./run lab`: `up` brings what the lab's commands use, where that is possible; a lab works without what a person does not use of it.
import { program } from "./child.ts";
import type { RunCommand } from "./command.ts";
import { ensureWherePossible } from "./debian-packages.ts";

/** Of docs/lab.md's commands: clients, captures, cuts, shifted clocks, load. */
const USED = [
  "ip",
  "dhclient",
  "udhcpc",
  "dhcpcd",
  "tcpdump",
  "ethtool",
  "nft",
  "faketime",
  "curl",
  "perfdhcp",
];

export const lab: RunCommand = {
  name: "lab",
  usage: "lab up | down | status | exec …",
  about: "a cluster in network namespaces (`./run lab help`)",
  async run(args) {
    if (args[0] === "up") await ensureWherePossible(USED);
    return program("test/lab/main.ts", args);
  },
};
