// A BULKLEASEQUERY as a question, or why it is none (RFC 6926 §7.2, §8.2).
import {
  type ClientId,
  clientIdFromBytes,
  type Ipv4,
  MessageType,
  messageTypeName,
  OptionCode,
  type Packet,
} from "@leasehold/protocol";
import { relayInformationOf } from "../relay/relay-information.ts";
import { readVpn, type VpnChoice } from "../relay/virtual-subnet.ts";

/** RFC 6926 §6.2.2: option 151. Success is told by its absence. */
export const BulkStatus = {
  UNSPEC_FAIL: 1,
  QUERY_TERMINATED: 2,
  MALFORMED_QUERY: 3,
  NOT_ALLOWED: 4,
} as const;
export type BulkStatus = (typeof BulkStatus)[keyof typeof BulkStatus];

export type PrimaryQuery =
  | { readonly by: "hardware"; readonly htype: number; readonly chaddr: Uint8Array }
  | { readonly by: "clientIdentifier"; readonly identifier: ClientId }
  /** In hex, like the next one. */
  | { readonly by: "remoteId"; readonly remoteId: string }
  | { readonly by: "relayId"; readonly relayId: string }
  | { readonly by: "all" };

export interface BulkQuery {
  readonly xid: number;
  readonly giaddr: Ipv4;
  readonly primary: PrimaryQuery;
  /** Only what changed in this time, in whole seconds since 1970, both ends included. */
  readonly from: number;
  readonly until: number;
  readonly vpn: VpnChoice;
  /** Option 55; what is told when it is absent is the server's choice. */
  readonly wanted: Uint8Array | undefined;
}

export interface BulkRefusal {
  readonly status: BulkStatus;
  /** For people. */
  readonly text: string;
}

export function bulkQueryIn(packet: Packet): BulkQuery | BulkRefusal {
  const type = packet.messageType;
  if (type !== MessageType.BULKLEASEQUERY) {
    // RFC 6926 §5: "only designed to handle the DHCPBULKLEASEQUERY request".
    const found = (type && messageTypeName(type)) ?? "a message of an unknown type";
    return notAllowed(`This connection takes BULKLEASEQUERY, not ${found}.`);
  }
  if (packet.ciaddr !== 0 || packet.yiaddr !== 0 || packet.siaddr !== 0) {
    return malformed("ciaddr, yiaddr and siaddr have to be 0 (RFC 6926 section 8.2).");
  }
  const primaries = primaryQueriesIn(packet);
  if (typeof primaries === "string") return malformed(primaries);
  if (primaries.length > 1) {
    const found = primaries.map(({ by }) => by).join(" and ");
    return notAllowed(`A query is by one thing, not by ${found} (RFC 6926 section 8.2).`);
  }
  return qualified(packet, primaries[0] ?? { by: "all" });
}

function primaryQueriesIn(packet: Packet): PrimaryQuery[] | string {
  const { htype, hlen, chaddr } = packet;
  const { remoteId, relayId } = relayInformationOf(packet);
  const identifier = packet.raw(OptionCode.clientIdentifier);
  const queries: PrimaryQuery[] = [];
  if (hlen > 0) queries.push({ by: "hardware", htype, chaddr: chaddr.slice() });
  else if (htype !== 0) return "There is an htype and no hardware address.";
  if (identifier?.length === 0) return "The client identifier is empty.";
  if (identifier) queries.push({ by: "clientIdentifier", identifier: clientIdFromBytes(identifier) });
  if (remoteId?.length === 0) return "The remote-id is empty.";
  if (remoteId) queries.push({ by: "remoteId", remoteId: hex(remoteId) });
  if (relayId) queries.push({ by: "relayId", relayId: hex(relayId) });
  return queries;
}

function qualified(packet: Packet, primary: PrimaryQuery): BulkQuery | BulkRefusal {
  const from = packet.get("queryStartTime");
  const until = packet.get("queryEndTime");
  if (from === undefined && packet.has(OptionCode.queryStartTime))
    return malformed("query-start-time is not of 4 octets.");
  if (until === undefined && packet.has(OptionCode.queryEndTime))
    return malformed("query-end-time is not of 4 octets.");
  const vpn = packet.raw(OptionCode.virtualSubnetSelection);
  const choice: VpnChoice = vpn === undefined ? { kind: "global" } : readVpn(vpn);
  if (choice.kind === "unknown") return malformed("The VPN is neither a name nor a VPN-ID.");
  return {
    xid: packet.xid,
    giaddr: packet.giaddr,
    primary,
    from: from ?? 0,
    until: until ?? Number.POSITIVE_INFINITY,
    vpn: choice,
    // Copied, like chaddr: the packet is a view of what was received, and the query outlives it.
    wanted: packet.raw(OptionCode.parameterRequestList)?.slice(),
  };
}

function hex(octets: Uint8Array): string {
  return Buffer.from(octets).toString("hex");
}

function malformed(text: string): BulkRefusal {
  return { status: BulkStatus.MALFORMED_QUERY, text };
}

function notAllowed(text: string): BulkRefusal {
  return { status: BulkStatus.NOT_ALLOWED, text };
}
