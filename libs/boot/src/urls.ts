// URLs that a client is told: a path of the document behind one of the nodes' URLs, with the client's values in it.

import type { ScriptValue } from "@leasehold/network";
import { formatIpv4, type Ipv4, machineUuids } from "@leasehold/protocol";
import { architectureOf } from "./architectures.ts";
import type { BootClient } from "./boot-client.ts";
import { type BootHost, type BootPlace, nextServerOf } from "./boot-place.ts";

/**
 * That of the next server where it is the cluster's address, which outlives the node that answers; that of this node, which is known to be
 * alive; else one by the hardware address, so that all nodes tell a client the same, and clients are spread. Undefined where the document
 * has none.
 */
export function urlFor({ mac }: BootClient, place: BootPlace): string | undefined {
  const { settings, node } = place;
  const { urls, nextServer } = settings;
  const ofCluster = nextServer === "cluster" ? urlAt(nextServerOf(place), urls) : undefined;
  return ofCluster ?? urlAt(node, urls) ?? urls[hashOf(mac) % urls.length];
}

function urlAt(address: Ipv4, urls: readonly string[]): string | undefined {
  return urls.find((url) => isUrlAt(url, address));
}

/** Whether the URL has this address, as a whole. */
export function isUrlAt(url: string, address: Ipv4): boolean {
  const own = `//${formatIpv4(address)}`;
  const at = url.indexOf(own);
  const next = url[at + own.length];
  return at > 0 && (next === undefined || next === ":" || next === "/");
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

type Values = Readonly<
  Record<ScriptValue, (client: BootClient, host: BootHost | undefined, place: BootPlace) => string>
>;

const VALUES: Values = {
  mac: ({ mac }) => mac,
  hostname: (_client, _host, { hostname = "" }) => hostname,
  xname: (_client, host) => host?.id ?? "",
  nid: (_client, host) => String(host?.nid ?? ""),
  // SMBIOS has the first three fields in little-endian order, and so has the packet: dmidecode and iPXE show them turned.
  uuid: ({ identifier }) =>
    identifier === undefined
      ? ""
      : (machineUuids({ type: identifier[0]!, identifier: identifier.subarray(1) })[1] ?? ""),
  arch: ({ architectures }) =>
    architectures.map(architectureOf).find((one) => one !== undefined)?.processor ?? "",
  address: (_client, _host, { address }) => formatIpv4(address),
  subnet: (_client, _host, { subnet }) => subnet,
};

/** What is not known of a client is empty. `${…}` is iPXE's own, and stays. */
export function filled(
  template: string,
  client: BootClient,
  host: BootHost | undefined,
  place: BootPlace,
): string {
  return template.replaceAll(/\$\{[^{}]*\}|\{(\w+)\}/g, (whole, name: string | undefined) => {
    if (name === undefined || !Object.hasOwn(VALUES, name)) return whole;
    return encoded(VALUES[name as ScriptValue](client, host, place));
  });
}

/** The colons of a hardware address may stand in a path or query as they are, and servers look for them so. */
function encoded(value: string): string {
  return encodeURIComponent(value).replaceAll("%3A", ":");
}
