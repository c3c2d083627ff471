// What a client or a relay agent states. Firmware fills in options that it has nothing to say with, so 0.0.0.0, an option without
// octets and no option at all are one: nothing is said. Whoever reads such a value reads it through these.
import type { OptionCodec, OptionName } from "../options/option.ts";
import { type Ipv4, ipv4 } from "../values/values.ts";
import type { Packet } from "./packet.ts";

type AddressOption = Extract<OptionName, "requestedIpAddress" | "serverIdentifier" | "subnetSelection">;

/** The address of an option; undefined where it is absent, malformed or 0.0.0.0. */
export function statedAddress(packet: Packet, option: OptionCodec<AddressOption>): Ipv4 | undefined {
  return packet.read(option) || undefined;
}

/** The address in four octets, of a sub-option, say; undefined where there are none, or it is 0.0.0.0. */
export function statedAddressIn(octets: Uint8Array | undefined): Ipv4 | undefined {
  if (octets?.length !== 4) return undefined;
  return ipv4((octets[0]! << 24) | (octets[1]! << 16) | (octets[2]! << 8) | octets[3]!) || undefined;
}

/** The octets of an option; undefined where it is absent or has none. */
export function statedOctets(octets: Uint8Array | undefined): Uint8Array | undefined {
  return octets?.length === 0 ? undefined : octets;
}
