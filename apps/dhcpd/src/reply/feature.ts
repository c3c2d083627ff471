// A reply feature: options or fields that one exchange brings about, as opposed to those that the settings have for whoever asks.
// features.ts is the list of them.
import type { BootAnswer } from "@leasehold/boot";
import type { Settings } from "@leasehold/network";
import type { EncodedOption, Ipv4, Message, Packet } from "@leasehold/protocol";

/** What an ACK says of FORCERENEW (RFC 6704): the nonce, and the value for replay detection. */
export interface AckNonce {
  readonly nonce: Uint8Array;
  readonly replay: bigint;
}

/** What is to be said in a reply. */
export interface ReplyContent {
  readonly type: "OFFER" | "ACK" | "NAK";
  /** Whether it answers with an address that the client may use: not in a NAK, an ACK to INFORM, an OFFER of 0.0.0.0. */
  readonly isGrant?: boolean;
  readonly yiaddr: Ipv4;
  /** Of the request, where its client's state says that it counts (client.ts). Absent: 0. */
  readonly ciaddr?: Ipv4;
  /** Undefined in a NAK, which carries no parameters. */
  readonly settings?: Settings;
  readonly hostname?: string | undefined;
  /** The address is on the link that option 118 names. Absent: as far as a relay agent sent the packet. */
  readonly isSelectionUsed?: boolean;
  /** The address is of the VPN that the packet named (RFC 6607). */
  readonly isVpnUsed?: boolean;
  /** Undefined in a NAK and in the answer to INFORM, which must not carry a lease time (RFC 2131 §4.3.5). */
  readonly seconds?: number;
  /** Option 56, in a NAK. */
  readonly text?: string;
  /** In an OFFER: that the ACK will have a nonce. In an ACK: the nonce. */
  readonly nonce?: "to-come" | AckNonce | undefined;
  /** How the client boots; undefined: by what the settings say. */
  readonly boot?: BootAnswer | undefined;
}

/** A reply that the features write to, each in its turn. */
export interface ReplyDraft extends Message {
  siaddr: Ipv4;
  sname: string | undefined;
  file: string | undefined;
  readonly options: EncodedOption[];
}

export interface ReplyFeature {
  /** As the documents call it. */
  readonly name: string;
  /** The options that it alone puts into a reply: what settings say of these codes is not sent as it stands there. */
  readonly codes: readonly number[];
  /** Whether a BOOTP client, which cannot ask for it, may be sent these options. */
  readonly isForBootp: boolean;
  /** In which replies its options are, for `leasehold explain`: goes on after "only". */
  readonly when: string;
  /** It has its turn only where the request has one of these options, or the content this field: most packets have nothing for it. */
  readonly needs: readonly number[] | keyof ReplyContent;
  /** Adds what it has for `request`; without allocating where it has nothing. */
  readonly apply: (request: Packet, content: ReplyContent, reply: ReplyDraft) => void;
}
