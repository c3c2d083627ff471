// Which machine asks: the one that the request names; where it names none, the one that has the address it came from. What has a name is
// believed: a person may ask for another machine's script, to read it.
import type { Host } from "@leasehold/inventory";
import type { Lease } from "@leasehold/leases";
import { clientIdOfHardware, type Ipv4, type Mac, macBytes, parseIpv4 } from "@leasehold/protocol";
import type { HostsByName } from "./hosts-by-name.ts";
import type { Knowledge } from "./knowledge.ts";
import type { MachineNames } from "./machine-names.ts";

export interface AskingMachine {
  readonly mac: Mac | undefined;
  /** Undefined: the inventory does not know it. */
  readonly host: Host | undefined;
  /** Of its lease; else the one that it asks from. */
  readonly address: Ipv4 | undefined;
  readonly lease: Lease | undefined;
  readonly arch: string | undefined;
  readonly uuid: string | undefined;
  readonly serial: string | undefined;
}

/** @param now by this machine's clock, ms since the epoch: an address may be another machine's a while after its lease has ended. */
export function askingMachine(
  names: MachineNames,
  client: string,
  { knowledge, hosts, now }: { knowledge: Knowledge; hosts: HostsByName; now: number },
): AskingMachine {
  const { arch, serial, uuids } = names;
  const asked = { arch, serial, uuid: uuids?.[0] };
  const host = hostOf(names, knowledge, hosts);
  const mac = names.mac ?? host?.interfaces[0]?.mac;
  if (mac !== undefined || host !== undefined) {
    const lease = mac && leaseOf(mac, knowledge);
    return { ...asked, mac, host, lease, address: lease?.address ?? addressOf(host, mac) };
  }
  return { ...asked, ...atAddress(parseIpv4(unmapped(client)), knowledge, now) };
}

/** An address of IPv4 as a socket for both shows it. */
const unmapped = (address: string): string => address.replace(/^::ffff:(?=[\d.]+$)/i, "");

/** By the first of its names that a host has. */
function hostOf(names: MachineNames, { inventory }: Knowledge, hosts: HostsByName): Host | undefined {
  const { mac, uuids = [], serial, id, hostname, nid } = names;
  return (
    (mac && inventory.byMac(mac)) ??
    uuids.map((uuid) => inventory.byUuid(uuid)).find((host) => host !== undefined) ??
    (serial === undefined ? undefined : hosts.bySerial(serial)) ??
    (id === undefined ? undefined : inventory.host(id)) ??
    (hostname === undefined ? undefined : hosts.byHostname(hostname)) ??
    (nid === undefined ? undefined : hosts.byNid(nid))
  );
}

function atAddress(address: Ipv4 | undefined, { leases, inventory }: Knowledge, now: number) {
  const found = address === undefined ? undefined : leases.get(address);
  const lease = found !== undefined && isLive(found) && now < found.heldUntil ? found : undefined;
  const reserved = address === undefined ? undefined : inventory.ofAddress(address);
  const mac =
    lease?.mac ?? reserved?.interfaces.find((one) => one.addresses.some((at) => at.address === address))?.mac;
  const host = lease?.mac === undefined ? reserved : inventory.byMac(lease.mac);
  return { mac, host, lease, address };
}

/** The newest one; firmware and loaders are known by their hardware address. */
function leaseOf(mac: Mac, { leases }: Knowledge): Lease | undefined {
  const own = leases.ofClient(clientIdOfHardware(1, macBytes(mac))).filter(isLive);
  return own.toSorted((a, b) => b.at - a.at)[0];
}

const isLive = ({ state }: Lease): boolean => state === "bound" || state === "offered";

function addressOf(host: Host | undefined, mac: Mac | undefined): Ipv4 | undefined {
  const own = host?.interfaces.find((one) => one.mac === mac) ?? host?.interfaces[0];
  return own?.addresses[0]?.address;
}
