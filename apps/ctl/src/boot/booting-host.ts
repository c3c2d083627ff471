// A host of the API as what scripts are made for.
import type { BootMachine } from "@leasehold/boot";
import type { Host } from "@leasehold/inventory";
import { type Ipv4, type Mac, parseIpv4, parseMac } from "@leasehold/protocol";
import type { HostRow } from "../answers/host-row.ts";

/** What it says of the host; undefined where nothing of it is served. */
export function hostOfRow(row: HostRow): Host | undefined {
  const interfaces = (row.interfaces ?? []).flatMap(({ mac, addresses = [] }) => {
    const read = parseMac(mac);
    if (read === undefined) return [];
    return [{ mac: read, since: 0, addresses: addresses.flatMap(addressOf) }];
  });
  if (interfaces.length === 0) return undefined;
  const { problems: _, interfaces: __, groups, ...rest } = row;
  // Absent attributes are null in the API.
  const attributes = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null));
  return {
    ...(attributes as Partial<Host>),
    id: row.id,
    source: row.source ?? "",
    groups: Array.isArray(groups) ? groups : [],
    interfaces,
    problems: [],
    observedAt: "",
    revision: 0,
  };
}

function addressOf(written: string | { address: string }): { address: Ipv4; since: number }[] {
  const address = parseIpv4(typeof written === "string" ? written : written.address);
  return address === undefined ? [] : [{ address, since: 0 }];
}

/**
 * The machine by one of its interfaces: the one that `who` names, else the first.
 * @param leases its leases, as the API gives them.
 */
export function machineOf(
  who: string,
  host: Host | undefined,
  leases: readonly { readonly address: string; readonly mac: string | null }[],
): BootMachine {
  const wanted = parseIpv4(who);
  const leaseAt = leases.find(({ address }) => address === who) ?? leases[0];
  const atAddress = host?.interfaces.find(({ addresses }) =>
    addresses.some(({ address }) => address === wanted),
  );
  const mac: Mac | undefined =
    parseMac(who) ?? atAddress?.mac ?? parseMac(leaseAt?.mac ?? "") ?? host?.interfaces[0]?.mac;
  const own = leases.find((one) => parseMac(one.mac ?? "") === mac) ?? (wanted && leaseAt);
  const leased = own ? parseIpv4(own.address) : undefined;
  return { mac, host, ...(leased === undefined ? {} : { address: leased }) };
}
