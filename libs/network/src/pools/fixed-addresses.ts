// The addresses that the document itself says somebody has: routers, relay agents, the servers that clients are told of, the
// network's and the broadcast address of each prefix. None of them is a pool's to give; what routes or relays is nobody's.

import { formatPath, type Path } from "@leasehold/document";
import { type Ipv4, parseIpv4 } from "@leasehold/protocol";
import { fieldsOf, itemsOf, type Part, partUnder, textOf, textsUnder } from "../checks/parts.ts";
import type { Survey } from "../checks/survey.ts";

export interface FixedAddress {
  /** "a router", "a relay agent", "the network's own address". */
  readonly what: string;
  /** Where the document says so. */
  readonly path: Path;
  /**
   * False: a server that clients are told of, which may itself be a client with a reservation. True: no source of addresses
   * may give it.
   */
  readonly isNobodys: boolean;
}

/** What stands at a fixed address, as a person is told: "a router (subnets[0].options.routers)". */
export function describeFixed({ what, path }: FixedAddress): string {
  return `${what} (${formatPath(path)})`;
}

/** Of several things at one address the one that counts most: what is nobody's, else what stands first. */
export function fixedAddresses(survey: Survey): ReadonlyMap<Ipv4, FixedAddress> {
  const found = new Map<Ipv4, FixedAddress>();
  const add = (address: Ipv4, fixed: FixedAddress) => {
    const before = found.get(address);
    if (before === undefined || (fixed.isNobodys && !before.isNobodys)) found.set(address, fixed);
  };
  const { subnets, serverIdentifier, levels } = survey;
  if (serverIdentifier !== undefined) {
    const path = ["cluster", "serverIdentifier", "address"];
    add(serverIdentifier, { what: "the server identifier", path, isNobodys: true });
  }
  for (const subnet of subnets) {
    for (const { path, text } of textsUnder(subnet, "relays")) {
      const address = parseIpv4(text);
      if (address !== undefined) add(address, { what: "a relay agent", path, isNobodys: true });
    }
    const { prefix } = subnet;
    if (prefix === undefined || prefix.length >= 31) continue;
    const path = [...subnet.path, "prefix"];
    add(prefix.address, { what: "the network's own address", path, isNobodys: true });
    add(prefix.broadcast, { what: "the broadcast address", path, isNobodys: true });
  }
  for (const level of levels) addTold(level, add);
  return found;
}

type Add = (address: Ipv4, fixed: FixedAddress) => void;

/** By which clients leave the subnet. */
const ROUTING: ReadonlySet<string> = new Set([
  "routers",
  "routerSolicitationAddress",
  "staticRoutes",
  "classlessStaticRoutes",
  "microsoftClasslessStaticRoutes",
]);
/** Their addresses are nobody's station, or the client's own. */
const NO_STATION: ReadonlySet<string> = new Set([
  "subnetMask",
  "broadcastAddress",
  "policyFilter",
  "requestedIpAddress",
  "subnetSelection",
  "associatedIpAddresses",
  "hostName",
]);

/** What clients are told of at one level: options, those of the site's own among them, and the boot fields. */
function addTold(level: Part, add: Add): void {
  const options = partUnder(level, "options");
  for (const [name, value] of Object.entries(options.fields)) {
    if (NO_STATION.has(name)) continue;
    const isNobodys = ROUTING.has(name);
    const what = isNobodys ? "a router" : `a server in option ${name}`;
    const stations = name === "staticRoutes" ? itemsOf(value).map((pair) => itemsOf(pair)[1]) : value;
    for (const address of addressesIn(stations))
      add(address, { what, path: [...options.path, name], isNobodys });
  }
  const server = partUnder(level, "server");
  for (const name of ["nextServer", "name"]) {
    const address = parseIpv4(textOf(server.fields[name]) ?? "");
    if (address === undefined) continue;
    const what = `a server that clients boot from (${name})`;
    add(address, { what, path: [...server.path, name], isNobodys: false });
  }
  for (const [path, text] of bootServersIn(partUnder(level, "boot"))) {
    const address = parseIpv4(text);
    if (address === undefined) continue;
    add(address, { what: `a server that clients boot from (${path.at(-1)})`, path, isNobodys: false });
  }
}

function bootServersIn(boot: Part): (readonly [Path, string])[] {
  const hosts = textsUnder(boot, "urls").map(({ text }) => {
    const path = [...boot.path, "urls"];
    return [path, URL.canParse(text) ? new URL(text).hostname : ""] as const;
  });
  return [[[...boot.path, "nextServer"], textOf(boot.fields.nextServer) ?? ""], ...hosts];
}

/** All texts in a value that are addresses, however deep; 0.0.0.0 in a route says that there is no router. */
function addressesIn(value: unknown): readonly Ipv4[] {
  if (typeof value === "string") {
    const address = parseIpv4(value);
    return address === undefined || address === 0 ? [] : [address];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.values(Array.isArray(value) ? value : fieldsOf(value)).flatMap(addressesIn);
}

/** No station can have it: 0/8 (RFC 1122 §3.2.1.3), loopback, multicast, and what is above (RFC 1112 §4). */
export function isNoStation(address: Ipv4): boolean {
  const first = address >>> 24;
  return first === 0 || first === 127 || first >= 224;
}
