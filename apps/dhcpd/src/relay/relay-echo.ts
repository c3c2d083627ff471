// What a reply carries back to the relay agent: option 82 as it came (RFC 3046 §2.2) but for the VSS sub-options, of which
// RFC 6607 §7.2 and §8 say otherwise; and options 118 and 221, which a reply has whether or not they were asked for.
import {
  type EncodedOption,
  OptionCode,
  type Packet,
  RelaySubOption,
  relaySubOption,
  statedOctets,
} from "@leasehold/protocol";
import { relayInformationOf } from "./relay-information.ts";

const { virtualSubnetSelection, virtualSubnetSelectionControl } = RelaySubOption;
const CONTROL: readonly number[] = [virtualSubnetSelectionControl];
const BOTH: readonly number[] = [virtualSubnetSelection, virtualSubnetSelectionControl];

/**
 * Adds the options that OFFER and ACK carry back, 82 last. `isVpnUsed` says whether the address was chosen in the VPN that the
 * packet named; it makes no difference where none was named.
 */
export function addRelayEchoes(
  echoes: EncodedOption[],
  packet: Packet,
  isVpnUsed: boolean,
  isSelectionUsed = true,
): void {
  // RFC 3011 §2: "MUST return an identical copy of the option to any client that sends it". One that did not count stays away: by
  // that a client sees that its address is on another subnet than the one that it named.
  const selection = isSelectionUsed ? packet.raw(OptionCode.subnetSelection) : undefined;
  if (selection !== undefined) echoes.push([OptionCode.subnetSelection, selection]);
  const vpn = vpnEcho(packet, isVpnUsed);
  if (vpn !== undefined) echoes.push(vpn);
  const agent = relayAgentEcho(packet, isVpnUsed);
  if (agent !== undefined) echoes.push(agent);
}

/** Option 82 of every reply, NAK included; undefined when there is nothing to carry back. */
export function relayAgentEcho(packet: Packet, isVpnUsed: boolean): EncodedOption | undefined {
  const option = packet.relayAgent;
  if (option === undefined) return undefined;
  // RFC 6607 §7.2: the control sub-option tells that VSS was not understood, so it never goes back; and a server that does
  // "not honor this sub-option … MUST NOT echo either".
  const echo = withoutSubOptions(option, isVpnUsed ? CONTROL : BOTH);
  return echo.length === 0 ? undefined : [OptionCode.relayAgentInformation, echo];
}

function hasAny(option: Uint8Array, codes: readonly number[]): boolean {
  for (let i = 0; i < codes.length; i++) if (relaySubOption(option, codes[i]!) !== undefined) return true;
  return false;
}

/** The same octets when none of `codes` is in them, or when a length lies: then nothing in them can be told apart. */
function withoutSubOptions(option: Uint8Array, codes: readonly number[]): Uint8Array {
  // Nearly every option 82 has none of them, and goes back as it is.
  if (!hasAny(option, codes)) return option;
  const kept: Uint8Array[] = [];
  for (let at = 0; at < option.length; at += 2 + option[at + 1]!) {
    if (!codes.includes(option[at]!)) kept.push(option.subarray(at, at + 2 + option[at + 1]!));
  }
  return Buffer.concat(kept);
}

/**
 * Option 221 for the reply, if the client sent one and its VPN was used: an exact copy (RFC 6607 §7.1), or what the relay
 * agent said, which was used instead (§7.3).
 */
function vpnEcho(packet: Packet, isVpnUsed: boolean): EncodedOption | undefined {
  const own = statedOctets(packet.raw(OptionCode.virtualSubnetSelection));
  if (own === undefined || !isVpnUsed) return undefined;
  const used = statedOctets(relayInformationOf(packet).raw(RelaySubOption.virtualSubnetSelection)) ?? own;
  return [OptionCode.virtualSubnetSelection, used];
}
