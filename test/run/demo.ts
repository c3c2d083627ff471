// `./run demo`: brings the real DHCP clients where that is possible; the demo shows what there is of them.
import { program } from "./child.ts";
import type { RunCommand } from "./command.ts";
import { ensureWherePossible } from "./debian-packages.ts";

export const demo: RunCommand = {
  name: "demo",
  usage: "demo [--keep]",
  about: "three servers, a dozen clients, and what they do",
  async run(args) {
    // ethtool is for the capture; the last machine of the demo is QEMU.
    const tools = ["ip", "dhclient", "udhcpc", "dhcpcd", "tcpdump", "ethtool", "qemu-system-x86_64"];
    await ensureWherePossible(tools);
    return program("test/demo/main.ts", args);
  },
};
