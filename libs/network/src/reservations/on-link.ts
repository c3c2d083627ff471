// The reservation of a client on its link, and whether that makes it known.
import type { ClientFacts, DocumentReservation, Subnet } from "../network.ts";
import { IDENTIFIERS } from "./identifier.ts";

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
