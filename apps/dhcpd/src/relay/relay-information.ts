// What a relay agent says of a packet: option 82 (RFC 3046) and its sub-options, each read when it is asked for, and what
// follows from them for the subnet and the reply. A packet without option 82 costs one look for it.
import type { Subnet } from "@leasehold/network";
import {
  DhcpPort,
  type Ipv4,
  OptionCode,
  optionCodec,
  type Packet,
  RelaySubOption,
  relaySubOption,
  statedAddress,
  statedAddressIn,
  statedOctets,
} from "@leasehold/protocol";
import { readVpn, type VpnChoice } from "./virtual-subnet.ts";

const SUBNET_SELECTION = optionCodec("subnetSelection");
const SERVER_IDENTIFIER = optionCodec("serverIdentifier");
/** RFC 5010 §3: the relay agent got the client's packet as unicast. */
const UNICAST_FLAG = 0x80;

/** The sub-options of one packet. What is absent, 0.0.0.0 or of the wrong length is undefined. Octets are views of the packet. */
export class RelayInformation {
  private readonly option: Uint8Array;

  constructor(option: Uint8Array) {
    this.option = option;
  }

  /** The octets of a sub-option: opaque, and compared as a whole only (RFC 3046 §3.1, §3.2). */
  raw(code: number): Uint8Array | undefined {
    return this.option.length === 0 ? undefined : relaySubOption(this.option, code);
  }

  /** RFC 3046 §3.1: unique on that relay agent only, so together with giaddr. */
  get circuitId(): Uint8Array | undefined {
    return this.raw(RelaySubOption.circuitId);
  }

  /** RFC 3046 §3.2: unique everywhere. */
  get remoteId(): Uint8Array | undefined {
    return this.raw(RelaySubOption.remoteId);
  }

  /** RFC 3527 §3: an address of the subnet to choose from. */
  get linkSelection(): Ipv4 | undefined {
    return statedAddressIn(this.raw(RelaySubOption.linkSelection));
  }

  /** RFC 3993 §3.1: ASCII, one character at least. */
  get subscriberId(): string | undefined {
    const octets = this.raw(RelaySubOption.subscriberId);
    return octets === undefined || octets.length === 0 ? undefined : Buffer.from(octets).toString("latin1");
  }

  /** RFC 5010 §5: "longer than one octet, it MUST evaluate the first octet". */
  get flags(): number | undefined {
    return this.raw(RelaySubOption.relayAgentFlags)?.[0];
  }

  /** Whether the client sent to the relay agent by unicast, so renews; undefined when the agent does not tell. */
  get isClientUnicast(): boolean | undefined {
    const { flags } = this;
    return flags === undefined ? undefined : (flags & UNICAST_FLAG) !== 0;
  }

  /** RFC 5107 §4: what option 54 of the reply has to be. */
  get serverIdentifierOverride(): Ipv4 | undefined {
    return statedAddressIn(this.raw(RelaySubOption.serverIdentifierOverride));
  }

  /** RFC 6925 §4: one octet at least. */
  get relayId(): Uint8Array | undefined {
    const octets = this.raw(RelaySubOption.relayAgentIdentifier);
    return octets?.length === 0 ? undefined : octets;
  }

  /** RFC 8357 §4.1: its presence says all. */
  get hasSourcePort(): boolean {
    return this.raw(RelaySubOption.relaySourcePort) !== undefined;
  }
}

const NONE = new RelayInformation(new Uint8Array(0));

/** What the relay agent says; nothing at all where there is no option 82. */
export function relayInformationOf(packet: Packet): RelayInformation {
  const option = packet.relayAgent;
  return option === undefined ? NONE : new RelayInformation(option);
}

/**
 * The address that names the client's subnet: link selection, else subnet selection (RFC 3527 §3: "in preference to"), else
 * giaddr; 0 when only the interface can tell. The reply goes to giaddr all the same (RFC 3527 §3, RFC 3011 §2).
 */
export function linkAddressOf(packet: Packet): Ipv4 {
  return relayInformationOf(packet).linkSelection ?? statedAddress(packet, SUBNET_SELECTION) ?? packet.giaddr;
}

/** Whether option 118 names a subnet of the link that the address is on. */
export function isSelectionUsed(packet: Packet, { link }: Pick<Subnet, "link">): boolean {
  const selected = statedAddress(packet, SUBNET_SELECTION);
  return selected !== undefined && link.some((subnet) => subnet.contains(selected));
}

/** Option 54 of the reply: what the relay agent wants there (RFC 5107 §4: "MUST use this value"), else `own`. */
export function serverIdentifierFor(packet: Packet, own: Ipv4): Ipv4 {
  return relayInformationOf(packet).serverIdentifierOverride ?? own;
}

/** RFC 5107 §4: a REQUEST that names the relay agent's own override is for us, whatever our addresses are. */
export function isSelectedByOverride(packet: Packet): boolean {
  // 0.0.0.0 on both sides says nothing twice.
  const override = relayInformationOf(packet).serverIdentifierOverride;
  return override !== undefined && override === packet.read(SERVER_IDENTIFIER);
}

/** The port of the relay agent that a reply goes to (RFC 8357 §5.1); `sourcePort` is where the packet came from. */
export function relayPortOf(packet: Packet, sourcePort: number): number {
  return relayInformationOf(packet).hasSourcePort ? sourcePort : DhcpPort.server;
}

/**
 * The VPN that the client is said to be in; undefined when nothing is said. The relay agent is believed before the client
 * (RFC 6607 §7.3), and sub-option 151 counts without the control sub-option 152 too (§7).
 */
export function vpnOf(packet: Packet): VpnChoice | undefined {
  const octets = statedOctets(relayInformationOf(packet).raw(RelaySubOption.virtualSubnetSelection));
  const stated = octets ?? statedOctets(packet.raw(OptionCode.virtualSubnetSelection));
  if (stated === undefined) return undefined;
  const choice = readVpn(stated);
  return choice.kind === "all" ? { kind: "unknown" } : choice;
}
