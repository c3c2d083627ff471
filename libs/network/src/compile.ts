// A checked document to lookups. Inheritance is settled in compile-subnet.ts and settings/, never on the packet path.
import { type Ipv4, parseIpv4 } from "@leasehold/protocol";
import { survey } from "./checks/survey.ts";
import { Classes } from "./classes/client-class.ts";
import { quirksFor } from "./client-quirks.ts";
import { type CompiledSubnet, compileSubnet } from "./compile-subnet.ts";
import type { NetworkDocument } from "./document/network-schema.ts";
import { RESERVATIONS_A_STEP } from "./document/parse-in-steps.ts";
import type { ClientFacts, Network, Subnet } from "./network.ts";
import { OptionCatalogue } from "./options/option-catalogue.ts";
import { AddressTable } from "./pools/address-table.ts";
import { fixedAddresses } from "./pools/fixed-addresses.ts";
import { bootProfilesOf } from "./profiles/boot-profile.ts";
import { isKnown, Reservations } from "./reservations/reservations.ts";
import { SettingsCache } from "./settings/settings-cache.ts";
import { atOnce } from "./steps.ts";

/** Compiles a document that `readNetwork` or `checkNetwork` let pass. */
export function compileNetwork(document: NetworkDocument, revision: number): Network {
  return atOnce(compileInSteps(document, revision));
}

/** The same in steps of some milliseconds: what has to answer meanwhile does so between two of them. */
export function* compileInSteps(document: NetworkDocument, revision: number): Generator<void, Network, void> {
  const options = new OptionCatalogue(document.optionDefinitions ?? []);
  const classes = new Classes(document, options, isKnown);
  const reservations = new Map<string, Reservations>();
  for (const subnet of document.subnets) {
    const compiled = new Reservations(subnet.id, options);
    for (const [i, reservation] of (subnet.reservations ?? []).entries()) {
      compiled.add(reservation);
      if (i % RESERVATIONS_A_STEP === RESERVATIONS_A_STEP - 1) yield;
    }
    reservations.set(subnet.id, compiled);
  }
  const surveyed = survey(document);
  yield;
  const fixed = fixedAddresses(surveyed);
  yield;
  const context = { document, options, classes, fixed, reservations };
  const subnets = document.subnets.map((subnet) => compileSubnet(subnet, context));
  joinLinks(subnets);
  const byId = new Map(subnets.map((subnet) => [subnet.id, subnet]));
  const find = finderIn(subnets);
  const byVss = Map.groupBy(subnets, ({ vss }) => spelledVss(vss));
  const finders = new Map(Array.from(byVss, ([vss, members]) => [vss, finderIn(members)]));
  const ofVss: Network["subnetOfVss"] = (vss, address) => finders.get(spelledVss(vss))?.ofRelay(address);
  const profiles = bootProfilesOf(document);
  const cache = new SettingsCache(classes.sets, subnets);
  return {
    revision,
    document,
    subnets,
    ...settingsOfAll(document),
    ...compileServerIdentifier(document),
    subnetOnLink: find.onLink,
    subnetOfRelay: (giaddr) => ofVss(undefined, giaddr),
    subnetContaining: find.containing,
    subnetOfVss: ofVss,
    subnet: (id) => byId.get(id),
    bootProfile: (id) => profiles.get(id),
    fixedAt: (address) => fixed.get(address),
    classesOf: (facts: ClientFacts) => classes.of(facts),
    settingsFor: (subnet, pool, of, reservation) => cache.get(subnet, pool, of, reservation),
  };
}

function finderIn(subnets: readonly Subnet[]) {
  const byInterface = firstOf(subnets, ({ interface: name }) => (name === undefined ? [] : [name]));
  const byRelay = firstOf(subnets, (subnet) => subnet.relays);
  const byAddress = tableOf(subnets);
  // A link of which it is said which interface it is on is on no other one, whatever addresses that has.
  const unstated = tableOf(subnets.filter(({ link }) => link.every((each) => each.interface === undefined)));
  return {
    onLink: (interfaceName: string, addresses: readonly Ipv4[]) =>
      byInterface.get(interfaceName) ?? firstHolding(unstated, addresses),
    ofRelay: (giaddr: Ipv4) => byRelay.get(giaddr) ?? byAddress.holding(giaddr),
    containing: (address: Ipv4) => byAddress.holding(address),
  };
}

function tableOf(subnets: readonly Subnet[]): AddressTable<Subnet> {
  return new AddressTable(subnets, ({ prefix }) => ({ first: prefix.address, last: prefix.broadcast }));
}

// Subnets of a shared network may claim one link together: the first in the document is its primary one.
function firstOf<K>(subnets: readonly Subnet[], keysOf: (subnet: Subnet) => readonly K[]): Map<K, Subnet> {
  const map = new Map<K, Subnet>();
  for (const subnet of subnets) {
    for (const key of keysOf(subnet)) if (!map.has(key)) map.set(key, subnet);
  }
  return map;
}

function firstHolding(table: AddressTable<Subnet>, addresses: readonly Ipv4[]): Subnet | undefined {
  for (const address of addresses) {
    const subnet = table.holding(address);
    if (subnet) return subnet;
  }
  return undefined;
}

function joinLinks(subnets: readonly CompiledSubnet[]): void {
  const shared = Map.groupBy(subnets, ({ sharedNetwork }) => sharedNetwork);
  for (const subnet of subnets) {
    if (subnet.sharedNetwork === undefined) continue;
    const others = shared.get(subnet.sharedNetwork)!.filter((other) => other !== subnet);
    subnet.link = [subnet, ...others];
  }
}

function settingsOfAll(document: NetworkDocument) {
  const { cluster, limits, leasequery, conflictProbe, compatibility, subnetSelection } = document;
  return {
    withoutQuorum: cluster?.withoutQuorum ?? "reserved",
    limits: limits ?? {},
    leasequeryPeers: new Set((leasequery?.peers ?? []).flatMap((peer) => parseIpv4(peer) ?? [])),
    ...(conflictProbe === undefined || conflictProbe === "off" ? {} : { conflictProbe }),
    quirks: quirksFor(compatibility),
    subnetSelection: subnetSelection ?? ("relayed" as const),
  };
}

/** The hex of a VPN-ID is the same in any case; a name is not. */
function spelledVss(vss: string | undefined): string | undefined {
  return vss !== undefined && /^0x/i.test(vss) ? vss.toLowerCase() : vss;
}

function compileServerIdentifier({ cluster }: NetworkDocument): Pick<Network, "serverIdentifier"> {
  const wanted = cluster?.serverIdentifier;
  if (!wanted || wanted.mode === "per-node") return {};
  const address = parseIpv4(wanted.address);
  if (address === undefined)
    throw new Error(`"${wanted.address}" is no address: the document was not checked.`);
  return { serverIdentifier: { mode: wanted.mode, address } };
}
