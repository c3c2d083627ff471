// dhcpcd. Told what to do through its control socket.
import { until } from "../shell.ts";
import type { ClientProgram } from "./client.ts";

export const dhcpcd: ClientProgram = {
  name: "dhcpcd",
  argv: ["dhcpcd", "-B", "-d", "-4", "--nodelay", "eth0"],
  acknowledged: /acknowledged (?<address>\S+) from (?<server>[\d.]+)/,
  // It probes the address by ARP for some seconds before it uses it (RFC 5227).
  settled: /leased \S+ for (?<seconds>\d+) seconds/,
  async renew({ lab, host }) {
    await lab.exec(host, ["dhcpcd", "-4", "--renew", "eth0"]);
  },
  async release(client) {
    const { lab, host } = client;
    // It misses the signal while its hook for the new lease runs; after that it listens on the address.
    await until("dhcpcd listens", 10, async () => /spawned listener/.test(client.words()), 20);
    await lab.exec(host, ["dhcpcd", "-4", "--release", "eth0"]);
  },
};
