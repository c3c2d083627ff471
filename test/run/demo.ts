// `./run demo`: brings the real DHCP clients where that is possible; the demo shows what there is of them.
import { program } from "./child.ts";
import type { RunCommand } from "./command.ts";
import { ensureTools } from "./debian-packages.ts";

export const demo: RunCommand = {
  name: "demo",
  usage: "demo [--keep]",
  about: "three servers, a dozen clients, and what they do",
  async run(args) {
    try {
      await ensureTools(console.log, ["ip", "dhclient", "udhcpc", "dhcpcd", "tcpdump"]);
    } catch (cause) {
      console.error(`run: not every Debian package could be had: ${(cause as Error).message.trim()}`);
    }
    return program("test/demo/main.ts", args);
  },
};
