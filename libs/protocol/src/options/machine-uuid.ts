// The UUID that a PXE or UEFI client sends as its machine identifier (option 97, RFC 4578 §2.3).

import { hexOf, parseHex } from "../values/octets.ts";
import type { OptionValue } from "./option.ts";

const UUID_OCTETS = 16;
const SWAPPED = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15] as const;

/**
 * The two UUIDs that a machine identifier may mean, as lower-case text: its octets in their order, and with the first
 * three fields swapped. Firmware sends the octets of SMBIOS, which has these fields in little-endian order; some send
 * them in network order, and nothing in the packet tells which. None when it is not of type 0 and 16 octets.
 */
export function machineUuids(value: OptionValue<"clientMachineIdentifier">): readonly string[] {
  const { type, identifier } = value;
  if (type !== 0 || identifier.length !== UUID_OCTETS) return [];
  const swapped = Uint8Array.from(SWAPPED, (at) => identifier[at]!);
  return [uuidText(identifier), uuidText(swapped)];
}

/** Reads "4c4c4544-0043-3010-8052-b4c04f4e3132", any case. Its octets in network order; undefined for anything else. */
export function parseUuid(text: string): Uint8Array | undefined {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return undefined;
  return parseHex(text.replaceAll("-", ""));
}

function uuidText(octets: Uint8Array): string {
  return hexOf(octets).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
