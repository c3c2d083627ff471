// The reservations of one subnet, found by what a client's packet says: thousands of them cost a look into a map or two. Of the subnets
// of a link, the surest one counts; and whether it makes the client known.
import { type Ipv4, machineUuids, OptionCode, parseIpv4, RelaySubOption } from "@leasehold/protocol";
import { Evidence } from "../classes/client-facts.ts";
import type { ReservationDocument } from "../document/subnet-schema.ts";
import type { ClientClass, ClientFacts, DocumentReservation, Subnet } from "../network.ts";
import type { OptionCatalogue } from "../options/option-catalogue.ts";
import { EMPTY_LEVEL, type Level, levelOf } from "../settings/level.ts";
import { hex, IDENTIFIERS, type Identifier, keyOf } from "./identifier.ts";

/** What only this package reads of a reservation. */
export interface CompiledReservation extends DocumentReservation {
  readonly level: Level;
}

const NO_OCTETS = new Uint8Array(0);

export class Reservations {
  private readonly by = new Map<Identifier, Map<string, CompiledReservation>>();
  private readonly byAddress = new Map<Ipv4, CompiledReservation>();

  private readonly subnet: string;
  private readonly options: OptionCatalogue;

  constructor(subnet: string, options: OptionCatalogue) {
    this.subnet = subnet;
    this.options = options;
  }

  at(address: Ipv4): DocumentReservation | undefined {
    return this.byAddress.get(address);
  }

  /** @param classesOf is asked only where reservations are for classes. */
  of(
    facts: ClientFacts,
    classesOf: (facts: ClientFacts) => readonly ClientClass[],
  ): DocumentReservation | undefined {
    if (this.by.size === 0) return undefined;
    return this.byIdentity(facts) ?? this.byClass(facts, classesOf);
  }

  /** By anything but a class. */
  byIdentity(facts: ClientFacts): DocumentReservation | undefined {
    if (this.by.size === 0) return undefined;
    return (
      this.by.get("mac")?.get(facts.mac) ??
      this.byOctets("clientId", (packet) => packet.raw(OptionCode.clientIdentifier), facts) ??
      this.byUuid(facts) ??
      this.byRelay(facts)
    );
  }

  private byOctets(
    identifier: Identifier,
    octetsOf: (packet: ClientFacts["packet"]) => Uint8Array | undefined,
    { packet }: ClientFacts,
  ): CompiledReservation | undefined {
    const reservations = this.by.get(identifier);
    const octets = reservations && octetsOf(packet);
    return octets && reservations.get(hex(octets));
  }

  private byUuid({ packet }: ClientFacts): CompiledReservation | undefined {
    const reservations = this.by.get("uuid");
    const stated = reservations && packet.get("clientMachineIdentifier");
    if (!stated) return undefined;
    for (const uuid of machineUuids(stated)) {
      const reservation = reservations.get(uuid);
      if (reservation) return reservation;
    }
    return undefined;
  }

  private byRelay(facts: ClientFacts): CompiledReservation | undefined {
    if (!this.by.has("circuitId") && !this.by.has("remoteId")) return undefined;
    const evidence = new Evidence(facts, NO_OCTETS);
    return (
      this.byOctets("circuitId", () => evidence.relaySubOption(RelaySubOption.circuitId), facts) ??
      this.byOctets("remoteId", () => evidence.relaySubOption(RelaySubOption.remoteId), facts)
    );
  }

  private byClass(
    facts: ClientFacts,
    classesOf: (facts: ClientFacts) => readonly ClientClass[],
  ): CompiledReservation | undefined {
    const reservations = this.by.get("class");
    if (!reservations) return undefined;
    // The last class counts, as it does for options.
    const served = classesOf(facts).findLast(({ id }) => reservations.has(id));
    return served && reservations.get(served.id);
  }

  add(document: ReservationDocument): void {
    const { subnet, options } = this;
    const identifier = IDENTIFIERS.find((one) => document[one] !== undefined);
    if (identifier === undefined)
      throw new Error("A reservation names no client: the document was not checked.");
    const key = keyOf(identifier, document[identifier]!);
    const address = document.address === undefined ? undefined : parseIpv4(document.address);
    const id = `${subnet}/${identifier}=${key}`;
    const reservation: CompiledReservation = {
      id,
      by: identifier,
      ...(address === undefined ? {} : { address }),
      ...(document.hostname === undefined ? {} : { hostname: document.hostname }),
      ...(document.lease === undefined ? {} : { lease: document.lease }),
      level: hasSettings(document) ? levelOf(`reservation ${id}`, document, options, true) : EMPTY_LEVEL,
    };
    const reservations = this.by.get(identifier) ?? new Map<string, CompiledReservation>();
    if (!reservations.has(key)) reservations.set(key, reservation);
    this.by.set(identifier, reservations);
    if (address !== undefined && !this.byAddress.has(address)) this.byAddress.set(address, reservation);
  }
}

/** Most have none, and an address only. */
function hasSettings({ options, lease, server, boot, alwaysSend, neverSend }: ReservationDocument): boolean {
  return [options, lease, server, boot, alwaysSend, neverSend].some((one) => one !== undefined);
}

export interface LinkReservation {
  readonly subnet: Subnet;
  readonly reservation: DocumentReservation;
}

/**
 * The surest one of the link's subnets: what names a client itself counts before what names its port, and that before a
 * class, whichever subnet it is in. Of two that are as sure, the one in the subnet that comes first.
 */
export function reservationOnLink(link: readonly Subnet[], facts: ClientFacts): LinkReservation | undefined {
  let surest: LinkReservation | undefined;
  for (const subnet of link) {
    const reservation = subnet.reservationFor(facts);
    if (reservation === undefined) continue;
    if (surest === undefined || rank(reservation) < rank(surest.reservation))
      surest = { subnet, reservation };
  }
  return surest;
}

function rank({ by }: DocumentReservation): number {
  return IDENTIFIERS.indexOf(by);
}

/**
 * Whether somebody has named the client: the inventory, or the document by a reservation on its link. Who is only in a class
 * that something is reserved for is not known by that: anybody can be in a class.
 */
export function isNamed(host: object | undefined, reservation: DocumentReservation | undefined): boolean {
  return host !== undefined || (reservation !== undefined && reservation.by !== "class");
}

/**
 * `isNamed` for who is being sorted into classes. Reservations by class are not looked at: these classes are what is to be found
 * out.
 */
export function isKnown(facts: ClientFacts): boolean {
  if (isNamed(facts.host, undefined)) return true;
  return (
    facts.subnet?.link.some((subnet) => isNamed(undefined, subnet.reservationByIdentity(facts))) ?? false
  );
}
