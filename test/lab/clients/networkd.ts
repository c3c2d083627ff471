// systemd-networkd, without systemd: it takes a /sys that is read-only for a container's, and does not wait for udev. It
// renews by its own clock, and either releases when it is ended or is told to keep its address: then it asks for the one that
// it finds on the interface when it is started again (INIT-REBOOT).
import { existsSync, readFileSync } from "node:fs";
import { isAlive, signal } from "../processes.ts";
import { until } from "../shell.ts";
import type { ClientProgram } from "./client.ts";

const PROGRAM = "/lib/systemd/systemd-networkd";
const start = (more: string) => `set -e
mount -o remount,bind,ro /sys
mkdir -p /run/systemd/network /run/systemd/netif/leases /run/systemd/netif/links
chown -R systemd-network: /run/systemd/netif
cat >/run/systemd/network/10-eth0.network <<END
[Match]
Name=eth0
[Network]
DHCP=ipv4
LinkLocalAddressing=no
IPv6AcceptRA=no
${more}
[DHCPv4]
ClientIdentifier=mac
SendDecline=yes
END
export SYSTEMD_LOG_LEVEL=debug SYSTEMD_LOG_TARGET=console DBUS_SYSTEM_BUS_ADDRESS=unix:path=/run/none
exec ${PROGRAM}`;

/** Why it cannot be run here; undefined when it can. It becomes another user, which needs a root that may. */
export function whyNoNetworkd(): string | undefined {
  if (!existsSync(PROGRAM)) return "it is not installed";
  const mapped = readFileSync("/proc/self/uid_map", "utf8").trim().split(/\s+/).at(-1);
  return mapped === "1" ? "it needs more users than a user namespace has" : undefined;
}

export const networkd: ClientProgram = {
  name: "systemd-networkd",
  argv: ["unshare", "--mount", "sh", "-c", start("")],
  acknowledged: /Requesting DHCPv4 address \([^)]*\): (?<address>[\d.]+)/,
  settled: /DHCPv4 address and routes set/,
  async seconds({ lab, host }) {
    const { stdout } = await lab.exec(host, ["sh", "-c", "cat /run/systemd/netif/leases/*"]);
    return Number(/^LIFETIME=(\d+)/m.exec(stdout)?.[1] ?? 0);
  },
  async release(client) {
    signal(client.process!, "SIGTERM");
    await until("systemd-networkd ends", 10, async () => !isAlive(client.process!), 20);
  },
};

export const keepingNetworkd: ClientProgram = {
  ...networkd,
  argv: ["unshare", "--mount", "sh", "-c", start("KeepConfiguration=dhcp")],
};
