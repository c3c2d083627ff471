// A host as the packet path sees it: addresses as numbers, one spelling of each hardware address.
import { type ClientId, type Ipv4, type Mac, parseIpv4, parseMac } from "@leasehold/protocol";
import type { HostEvent, HostInterfaceRecord, HostProblem, HostRecord } from "./host-event.ts";

export interface Host {
  readonly id: string;
  readonly source: string;
  readonly hostname?: string;
  /** The source's word for what it is: Node, NodeBMC, … */
  readonly type?: string;
  readonly role?: string;
  readonly subRole?: string;
  readonly nid?: number;
  readonly arch?: string;
  readonly groups: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly uuid?: string;
  readonly interfaces: readonly HostInterface[];
  /** What the source said that is not served, or is contested. */
  readonly problems: readonly HostProblem[];
  readonly observedAt: string;
  /** The bucket revision. */
  readonly revision: number;
}

export interface HostInterface {
  readonly mac: Mac;
  readonly clientId?: ClientId;
  /** When the claim on the hardware address began, ms since the epoch; Infinity when nobody says. */
  readonly since: number;
  readonly addresses: readonly HostAddress[];
}

export interface HostAddress {
  readonly address: Ipv4;
  readonly network?: string;
  /** When the claim on the address began, ms since the epoch. */
  readonly since: number;
}

/** The host of an event, or undefined when the event says that nothing is served. */
export function hostOf(event: HostEvent, revision: number): Host | undefined {
  if (event.type === "HostRemoved" || event.host === undefined) return undefined;
  const { interfaces, groups, ...attributes } = event.host;
  return {
    ...(attributes as Omit<HostRecord, "interfaces" | "groups">),
    id: event.id,
    source: event.source,
    groups: groups ?? [],
    interfaces: interfaces.map(interfaceOf),
    problems: event.problems ?? [],
    observedAt: event.observedAt,
    revision,
  } as Host;
}

function interfaceOf(record: HostInterfaceRecord): HostInterface {
  const addresses = record.addresses.map((claim) => ({
    address: parseIpv4(claim.address)!,
    ...(claim.network === undefined ? {} : { network: claim.network }),
    since: Date.parse(claim.since),
  }));
  const earliest = Math.min(...addresses.map((claim) => claim.since));
  return {
    mac: parseMac(record.mac)!,
    ...(record.clientId === undefined ? {} : { clientId: record.clientId as ClientId }),
    since: record.since === undefined ? earliest : Date.parse(record.since),
    addresses,
  };
}
