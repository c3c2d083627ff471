// What a packet says of the program that sent it: firmware, a boot loader, or an operating system, which boots no more.
import { type Mac, optionCodec, type Packet } from "@leasehold/protocol";

const VENDOR_CLASS = 60;
const USER_CLASS = 77;
const ARCHITECTURE = 93;
const MACHINE_IDENTIFIER = 97;
const IPXE = 175;
const PARAMETER_REQUEST_LIST = 55;
const USER_CLASSES = optionCodec("userClass");
const ARCHITECTURES = optionCodec("clientSystemArchitecture");

/** The user class that a loader of ours states. */
export const OWN_USER_CLASS = "Leasehold";

export interface BootClient {
  readonly mac: Mac;
  /** Option 60; empty when there is none. */
  readonly vendorClass: string;
  /** Option 93, in its order. */
  readonly architectures: readonly number[];
  /** Option 77, by RFC 3004 or as the bare text that iPXE sends. */
  readonly userClasses: readonly string[];
  /** By its user class, or by option 175, in which it encapsulates options of its own. */
  readonly isIpxe: boolean;
  /** Option 97 as it came; undefined when it is absent or empty. */
  readonly identifier: Uint8Array | undefined;
  /** Option 55. */
  readonly wants: Uint8Array;
}

/** False for nearly all packets of operating systems, at the cost of some look-ups. */
export function mayBoot(packet: Packet): boolean {
  return (
    packet.has(ARCHITECTURE) ||
    packet.has(IPXE) ||
    packet.has(USER_CLASS) ||
    isOfFirmware(packet.raw(VENDOR_CLASS))
  );
}

/** "PXEClient…", "HTTPClient…", "U-Boot…": by the first letter. */
function isOfFirmware(vendorClass: Uint8Array | undefined): boolean {
  const first = vendorClass?.[0];
  return first === 0x50 || first === 0x48 || first === 0x55;
}

export function bootClientOf(packet: Packet, mac: Mac): BootClient {
  const userClasses = (USER_CLASSES && packet.read(USER_CLASSES)) ?? [];
  const identifier = packet.raw(MACHINE_IDENTIFIER);
  return {
    mac,
    vendorClass: textOf(packet.raw(VENDOR_CLASS)),
    architectures: (ARCHITECTURES && packet.read(ARCHITECTURES)) ?? [],
    userClasses,
    isIpxe: packet.has(IPXE) || userClasses.includes("iPXE"),
    identifier: identifier?.length === 0 ? undefined : identifier,
    wants: packet.raw(PARAMETER_REQUEST_LIST) ?? new Uint8Array(0),
  };
}

function textOf(octets: Uint8Array | undefined): string {
  return octets === undefined ? "" : Array.from(octets, (octet) => String.fromCharCode(octet)).join("");
}
