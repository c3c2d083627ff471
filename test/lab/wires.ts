// A host's interfaces as cables to a bridge: pulled, plugged in again as a new interface, and a second network beside eth0.
import { type Mac, parseMac } from "@leasehold/protocol";
import { type LabHost, type LabPlan, namespaceOf, PREFIX_LENGTH } from "./layout.ts";
import { must } from "./shell.ts";

export type Device = "eth0" | "lan0";

/** The bridge of the second network: 10.78.0.0/16 with the last octets of eth0. */
export const LAN_BRIDGE = "br1";
const lanAddress = (address: string) => address.replace("10.77.", "10.78.");
const bridgeOf = (device: Device) => (device === "lan0" ? LAN_BRIDGE : "br0");
const portOf = ({ name }: LabHost, device: Device) => (device === "lan0" ? `${name}-lan` : name);

/** The host's address there in a new lab. */
export function addressOn({ address }: LabHost, device: Device): string | undefined {
  return device === "lan0" && address !== undefined ? lanAddress(address) : address;
}

export async function makeLan(plan: LabPlan): Promise<void> {
  const sw = plan.hosts.find(({ role }) => role === "switch")!;
  await ip(sw, `link add ${LAN_BRIDGE} type bridge stp_state 0 forward_delay 0 mcast_snooping 0`);
  await ip(sw, `link set ${LAN_BRIDGE} up`);
  const hosts = plan.hosts.filter(({ role }) => role === "node" || role === "relay");
  for (const host of hosts) await plugIn(plan, host, "lan0");
}

/** `ip` inside the host's namespace. */
export async function ip({ namespace }: LabHost, words: string): Promise<void> {
  await must(["ip", "-n", namespace, ...words.split(" ")]);
}

/** The hardware address that it has now. */
export async function macOn({ namespace }: LabHost, device: Device): Promise<Mac> {
  const told = await must(["ip", "-n", namespace, "-j", "link", "show", device]);
  return parseMac((JSON.parse(told) as { address: string }[])[0]!.address)!;
}

/** Nodes leave the cutting of replies into datagrams to who gets them (docs/adr/0021), which is behind the bridge that is captured. */
export async function sendWholeDatagrams({ namespace }: LabHost, device: Device): Promise<void> {
  await must(["ip", "netns", "exec", namespace, "ethtool", "-K", device, "tx-udp-segmentation", "off"]);
}

/** `ip link del`: the kernel forgets it with its addresses and index. */
export const pull = (host: LabHost, device: Device): Promise<void> => ip(host, `link del ${device}`);

/** `ip link add`: another interface of the same name, with another index and, unless it is given, another MAC. */
export async function plugIn(
  plan: LabPlan,
  host: LabHost,
  device: Device,
  { mac, address = addressOn(host, device) }: { mac?: string; address?: string | undefined } = {},
): Promise<void> {
  const sw = namespaceOf(plan.name, "sw");
  const port = portOf(host, device);
  const hardware = mac === undefined ? [] : ["address", mac];
  const own = ["peer", "name", device, ...hardware, "netns", host.namespace];
  await must(["ip", "link", "add", port, "netns", sw, "type", "veth", ...own]);
  await must(["ip", "-n", sw, "link", "set", port, "master", bridgeOf(device)]);
  await must(["ip", "-n", sw, "link", "set", port, "up"]);
  if (address !== undefined) await ip(host, `address add ${address}/${PREFIX_LENGTH} dev ${device}`);
  await ip(host, `link set ${device} up`);
}
