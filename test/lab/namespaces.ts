// The lab's wiring: a network namespace a host, and a bridge in one of its own. The machine's own network is not touched:
// both ends of every link are born inside.
import { readdirSync } from "node:fs";
import { type LabHost, type LabPlan, namespaceOf, PREFIX_LENGTH } from "./layout.ts";
import { killInNamespaces } from "./processes.ts";
import { must, shell } from "./shell.ts";

const BRIDGE = "br0";

export async function buildNamespaces(plan: LabPlan): Promise<void> {
  const bridge = plan.hosts.find(({ role }) => role === "switch")!;
  const others = plan.hosts.filter(({ role }) => role !== "switch");
  await batch(
    [],
    plan.hosts.map(({ namespace }) => `netns add ${namespace}`),
  );
  await batch(
    ["-n", bridge.namespace],
    [
      "link set lo up",
      `link add ${BRIDGE} address ${bridge.mac} type bridge stp_state 0 forward_delay 0 mcast_snooping 0`,
      `address add ${bridge.address}/${PREFIX_LENGTH} dev ${BRIDGE}`,
      `link set ${BRIDGE} up`,
    ],
  );
  await stopFiltering(bridge);
  await batch(
    [],
    others.map(
      (host) =>
        `link add ${host.name} netns ${bridge.namespace} type veth peer name eth0 address ${host.mac} netns ${host.namespace}`,
    ),
  );
  await batch(
    ["-n", bridge.namespace],
    others.flatMap(({ name }) => [`link set ${name} master ${BRIDGE}`, `link set ${name} up`]),
  );
  await Promise.all(others.map(configure));
}

// Where the kernel has br_netfilter, it shows every frame of a bridge to iptables, too; a switch has none.
async function stopFiltering({ namespace }: LabHost): Promise<void> {
  const off = "for file in /proc/sys/net/bridge/bridge-nf-call-*; do [ ! -w $file ] || echo 0 > $file; done";
  await must(["ip", "netns", "exec", namespace, "sh", "-c", off]);
}

// A client's interface is up before its DHCP client looks, as it is on a machine.
async function configure({ namespace, address }: LabHost): Promise<void> {
  const lines = ["link set lo up", "link set eth0 up"];
  if (address) lines.push(`address add ${address}/${PREFIX_LENGTH} dev eth0`);
  await batch(["-n", namespace], lines);
}

async function batch(options: readonly string[], lines: readonly string[]): Promise<void> {
  await must(["ip", ...options, "-batch", "-"], { input: `${lines.join("\n")}\n` });
}

/** The namespaces that a lab of this name has now, complete or not. */
export function namespacesOf(lab: string): string[] {
  try {
    return readdirSync("/run/netns").filter((name) => name.startsWith(namespaceOf(lab, "")));
  } catch {
    return [];
  }
}

/** Ends everything that lives in the lab's namespaces, and removes them. */
export async function removeNamespaces(lab: string): Promise<void> {
  const names = namespacesOf(lab);
  await killInNamespaces(names.map((name) => `/run/netns/${name}`));
  // -force: go on to the next when one is half made.
  if (names.length > 0)
    await shell(["ip", "-force", "-batch", "-"], {
      input: names.map((name) => `netns del ${name}\n`).join(""),
    });
}
