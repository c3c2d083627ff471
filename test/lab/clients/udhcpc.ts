// BusyBox udhcpc: SIGUSR1 renews, SIGUSR2 releases.
import { signal } from "../processes.ts";
import { until } from "../shell.ts";
import type { ClientProgram } from "./client.ts";

export const udhcpc: ClientProgram = {
  name: "udhcpc",
  argv: ["udhcpc", "-f", "-t", "10", "-T", "1", "-i", "eth0"],
  acknowledged: /lease of (?<address>\S+) obtained from (?<server>[\d.]+), lease time (?<seconds>\d+)/,
  async renew(client) {
    signal(client.process!, "SIGUSR1");
  },
  async release(client) {
    signal(client.process!, "SIGUSR2");
    await until("udhcpc released", 5, async () => /entering released state/.test(client.words()), 10);
  },
};
