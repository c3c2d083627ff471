// SMD's rows to hosts: EthernetInterfaces joined with Components by ComponentID, everything in one spelling. The rows
// are believed in nothing: of an address SMD checks only that it is not empty, and what Redfish says it stores as it is.
import { type HostProblem, isHostId } from "@leasehold/inventory";
import { formatIpv4, type Ipv4, type Mac, macBytes, parseIpv4, parseMac } from "@leasehold/protocol";
import * as z from "zod";
import { hostnameOf } from "./hostname-pattern.ts";
import type { HostAttributes, Reading, SeenHost, SeenInterface } from "./source.ts";

export interface Hostnames {
  readonly hostname: string;
  readonly hostnameOther: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** What is found of one row, before the rows of a host come together. */
interface ReadRow {
  readonly hostId: string | undefined;
  readonly component: string | undefined;
  readonly seen: SeenInterface | undefined;
  readonly problems: readonly HostProblem[];
}

export function readingOf(
  rows: readonly unknown[],
  components: readonly unknown[],
  names: Hostnames,
): Reading {
  const described = Map.groupBy(components.map(fieldsOf), ({ ID }) => text(ID) ?? "");
  const byHost = new Map<string, ReadRow[]>();
  const unusable: HostProblem[] = [];
  for (const read of rows.map(readRow)) {
    if (read.hostId === undefined) unusable.push(...read.problems);
    else byHost.set(read.hostId, (byHost.get(read.hostId) ?? []).concat(read));
  }
  const hosts = Array.from(byHost, ([id, of]) =>
    hostOf(id, of, described.get(of[0]!.component ?? "") ?? [], names),
  );
  return { hosts, rows: rows.length, unusable };
}

function readRow(value: unknown): ReadRow {
  const row = fieldsOf(value);
  // Never by its number in the list, which is another one each time.
  const at = `EthernetInterfaces[${text(row.ID) ?? text(row.MACAddress) ?? "?"}]`;
  const mac = unicastMac(text(row.MACAddress));
  const component = text(row.ComponentID);
  const problems: HostProblem[] = [];
  if (component !== undefined && !isHostId(component)) {
    problems.push({
      path: `${at}.ComponentID`,
      found: quoted(component),
      expected: "letters, digits, - _ . as in an xname",
    });
  }
  // A row without a component is a host of its own. Its address is served as well as any.
  const isKnown = component !== undefined && problems.length === 0;
  const hostId = isKnown ? component : mac && `mac-${mac.replaceAll(":", "")}`;
  if (mac === undefined) {
    problems.push({
      path: `${at}.MACAddress`,
      found: quoted(row.MACAddress),
      expected: "the hardware address of one interface",
    });
    return { hostId, component, seen: undefined, problems };
  }
  const { addresses, wrong } = addressesOf(row.IPAddresses, at);
  const changed = new Date(Date.parse(text(row.LastUpdate) ?? ""));
  const changedAt = Number.isNaN(changed.getTime()) ? {} : { changedAt: changed.toISOString() };
  const seen = { mac, addresses, ...changedAt, problems: [...problems, ...wrong] };
  return { hostId, component: isKnown ? component : undefined, seen, problems: [] };
}

/** The IPv4 addresses, each once; those of IPv6 are not used here. */
function addressesOf(
  value: unknown,
  at: string,
): { addresses: SeenInterface["addresses"]; wrong: HostProblem[] } {
  const addresses = new Map<string, SeenInterface["addresses"][number]>();
  const wrong: HostProblem[] = [];
  if (value !== undefined && value !== null && !Array.isArray(value)) {
    wrong.push({ path: `${at}.IPAddresses`, found: quoted(value), expected: "a list" });
  }
  for (const [i, item] of (Array.isArray(value) ? value : []).entries()) {
    const { IPAddress, Network } = fieldsOf(item);
    const address = parseIpv4(text(IPAddress) ?? "");
    if (address !== undefined && isHostAddress(address)) {
      const network = text(Network);
      addresses.set(formatIpv4(address), {
        address: formatIpv4(address),
        ...(network === undefined ? {} : { network }),
      });
    } else if (!z.ipv6().safeParse(IPAddress).success) {
      wrong.push({
        path: `${at}.IPAddresses[${i}]`,
        found: quoted(IPAddress),
        expected: "the IPv4 address of a host",
      });
    }
  }
  return { addresses: [...addresses.values()], wrong };
}

function hostOf(
  id: string,
  rows: readonly ReadRow[],
  components: readonly Fields[],
  names: Hostnames,
): SeenHost {
  const descriptions = distinct(components.map((one) => attributesOf(id, one, names)));
  const [attributes] = descriptions;
  const seen = rows.flatMap((row) => row.seen ?? []);
  const changes = seen.flatMap(({ changedAt }) => changedAt ?? []).sort();
  return {
    id,
    attributes: attributes ?? {},
    isDescribed: attributes !== undefined,
    interfaces: oneForEachMac(seen),
    unreadable: rows.flatMap(({ problems }) => problems),
    ...(descriptions.length > 1 ? { contradictions: [describedTwice(id, descriptions)] } : {}),
    ...(changes.length === 0 ? {} : { revision: changes.at(-1)! }),
  };
}

/** In an order that does not depend on that of the source. */
function distinct(descriptions: readonly HostAttributes[]): readonly HostAttributes[] {
  const byText = new Map(descriptions.map((one) => [JSON.stringify(one), one]));
  return [...byText].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

function describedTwice(id: string, descriptions: readonly HostAttributes[]): HostProblem {
  const found = descriptions.map((one) => quoted(one)).join(" and ");
  return {
    path: `Components[${id}]`,
    found,
    expected: "one component of this id (the first of these is served)",
  };
}

function attributesOf(id: string, component: Fields, names: Hostnames): HostAttributes {
  // SMD has -1 where no NID was given.
  const nid = typeof component.NID === "number" && component.NID >= 0 ? component.NID : undefined;
  const hostname = hostnameOf(nid === undefined ? names.hostnameOther : names.hostname, { id, nid });
  const fields = {
    hostname,
    type: text(component.Type),
    role: text(component.Role),
    subRole: text(component.SubRole),
    nid,
    arch: text(component.Arch),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Two spellings of a hardware address may be two rows of SMD: together they are one interface. */
function oneForEachMac(seen: readonly SeenInterface[]): SeenInterface[] {
  const byMac = new Map<Mac, SeenInterface>();
  for (const one of seen) {
    const other = byMac.get(one.mac);
    const addresses = new Map([...(other?.addresses ?? []), ...one.addresses].map((a) => [a.address, a]));
    const problems = [...(other?.problems ?? []), ...one.problems];
    byMac.set(one.mac, { ...other, ...one, addresses: [...addresses.values()], problems });
  }
  return [...byMac.values()].sort((a, b) => (a.mac < b.mac ? -1 : 1));
}

/** No address that a client could have: 0/8, loopback, multicast and what is above. */
function isHostAddress(address: Ipv4): boolean {
  const first = address >>> 24;
  return first > 0 && first !== 127 && first < 224;
}

function unicastMac(written: string | undefined): Mac | undefined {
  const mac = parseMac(written ?? "");
  if (mac === undefined) return undefined;
  const octets = macBytes(mac);
  const isGroup = (octets[0]! & 1) === 1;
  return isGroup || octets.every((octet) => octet === 0) ? undefined : mac;
}

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

/** Longer than anything that a host says of itself: it would only not fit into the bucket. */
const TEXT_MAX = 512;

function text(value: unknown): string | undefined {
  const isText = typeof value === "string" && value.length <= TEXT_MAX && value.trim() !== "";
  return isText ? value.trim() : undefined;
}

function quoted(value: unknown): string {
  return value === undefined ? "nothing" : (JSON.stringify(value) ?? String(value)).slice(0, 80);
}
