// What can happen to an address. An event is the value of the address's key in the bucket, and carries the state after it.
import { type ClientId, formatIpv4, type Ipv4, type Mac, parseIpv4 } from "@leasehold/protocol";

export const LEASE_EVENT_TYPES = [
  "AddressOffered",
  "LeaseGranted",
  "LeaseRenewed",
  "LeaseReleased",
  "AddressDeclined",
] as const;
export type LeaseEventType = (typeof LEASE_EVENT_TYPES)[number];

/** Where a relayed packet came from: giaddr, and option 82 as hex. */
export interface RelayTrace {
  readonly giaddr: string;
  readonly agent?: string;
}

/**
 * What only a leasequery asks for. It is kept where `leasequery.peers` of the network document names somebody, so that no other
 * record is longer for it.
 */
export interface ClientTrace {
  /** Option 61 as hex, where the client's identity does not tell it. */
  readonly clientIdentifier?: ClientId;
  /** Option 60 as hex (RFC 4388 §6.7). */
  readonly vendorClass?: string;
  /** Where it is not Ethernet's. */
  readonly htype?: number;
  /** In a renewal: stream time of the grant, in ms (RFC 6926 §6.2.4). */
  readonly since?: number;
}

export interface LeaseEvent {
  readonly type: LeaseEventType;
  readonly v: 1;
  readonly address: string;
  readonly client: ClientId;
  readonly mac?: Mac;
  readonly subnet: string;
  /** Id of the host in the inventory, when it is known there. */
  readonly host?: string;
  readonly hostname?: string;
  /** What the client was told (option 51). */
  readonly seconds: number;
  /** How long the address is kept from others, from the stream's timestamp on; at least `seconds`. */
  readonly heldSeconds: number;
  /** The address is, or was through earlier events of this lease, reserved for the client: nothing ends it early (ADR 0010). */
  readonly reserved?: true;
  readonly relay?: RelayTrace;
  readonly trace?: ClientTrace;
  /** Of the packet that it answers. */
  readonly xid?: number;
  readonly node: string;
  /** Revisions of the network document and of the inventory that it was decided under. */
  readonly network: number;
  readonly inventory: number;
  /** Names the one attempt that this is: how a writer recognises its own event after an answer was lost. */
  readonly intent: string;
}

const decoder = new TextDecoder();

export function encodeLeaseEvent(event: LeaseEvent): Uint8Array {
  // Half the cost of a TextEncoder, for texts as short as these.
  return Buffer.from(JSON.stringify(event));
}

/** The event, or undefined when the octets are none: then somebody else wrote to the bucket. */
export function decodeLeaseEvent(data: Uint8Array): LeaseEvent | undefined {
  try {
    return parseLeaseEvent(JSON.parse(decoder.decode(data)));
  } catch {
    return undefined;
  }
}

/** The same for what was JSON and is read already. */
export function parseLeaseEvent(value: unknown): LeaseEvent | undefined {
  const event = value as Partial<LeaseEvent> | null | undefined;
  const isEvent =
    event?.v === 1 &&
    LEASE_EVENT_TYPES.includes(event.type as LeaseEventType) &&
    typeof event.address === "string" &&
    parseIpv4(event.address) !== undefined &&
    typeof event.client === "string" &&
    typeof event.subnet === "string" &&
    Number.isFinite(event.seconds) &&
    Number.isFinite(event.heldSeconds);
  return isEvent ? (event as LeaseEvent) : undefined;
}

/** The bucket's key of an address. */
export function leaseKey(address: Ipv4): string {
  return formatIpv4(address);
}
