// The nonce of a client, with what is needed to call it by a FORCERENEW (RFC 6704). In memory only, of the node that sent its ACK.
import type { ClientId, Ipv4, Mac } from "@leasehold/protocol";
import type { ServiceLink } from "../ports.ts";

export interface RecordedNonce {
  readonly client: ClientId;
  readonly mac: Mac;
  readonly address: Ipv4;
  readonly link: ServiceLink;
  /** Of the subnet that its packets come from. */
  readonly subnet: string;
  readonly nonce: Uint8Array;
  /** The packet by which it got the nonce: classes and reservations go by what it says. */
  readonly octets: Uint8Array;
  /** Of its last exchange. */
  readonly xid: number;
}
