// ISC dhclient. It renews by its own clock only; started again it asks for the address of its lease file (INIT-REBOOT).
import { join } from "node:path";
import type { ClientProgram } from "./client.ts";

const CONFIGURATION = join(import.meta.dirname, "dhclient.conf");
const LEASES = "/var/lib/dhcp/dhclient.leases";

export const dhclient: ClientProgram = {
  name: "dhclient",
  argv: ["dhclient", "-d", "-v", "-cf", CONFIGURATION, "-lf", LEASES, "-pf", "/run/dhclient.pid", "eth0"],
  acknowledged: /DHCPACK of (?<address>\S+) from (?<server>\S+)/,
  settled: /bound to /,
  async seconds({ lab, host }) {
    const { stdout } = await lab.exec(host, ["cat", LEASES]);
    return Number([...stdout.matchAll(/dhcp-lease-time (\d+);/g)].at(-1)?.[1] ?? 0);
  },
  async release({ lab, host }) {
    await lab.exec(host, [
      "dhclient",
      "-r",
      "-v",
      "-cf",
      CONFIGURATION,
      "-lf",
      LEASES,
      "-pf",
      "/run/dhclient.pid",
      "eth0",
    ]);
  },
};
