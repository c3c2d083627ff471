// What iPXE says and takes in option 175, which it encapsulates its own options in (iPXE: src/include/ipxe/dhcp.h,
// features.h). A server knows iPXE by this option or by user class "iPXE".

import { encapsulatedOptions, type SubOptions } from "./shapes/sub-options.ts";

/** Sub-options of option 175. Those from 0x10 to 0x4f are features, with the version of each. */
export const IpxeSubOption = {
  priority: 0x01,
  keepSan: 0x08,
  skipSanBoot: 0x09,
  pxeExtensions: 0x10,
  iscsi: 0x11,
  aoe: 0x12,
  http: 0x13,
  https: 0x14,
  tftp: 0x15,
  ftp: 0x16,
  dns: 0x17,
  bzImage: 0x18,
  multiboot: 0x19,
  slam: 0x1a,
  srp: 0x1b,
  nbi: 0x20,
  pxe: 0x21,
  elf: 0x22,
  comboot: 0x23,
  efi: 0x24,
  fcoe: 0x25,
  vlan: 0x26,
  menu: 0x27,
  sdi: 0x28,
  nfs: 0x29,
  scriptlet: 0x51,
  /** 1: do not wait for proxy DHCP offers. */
  noProxyDhcp: 0xb0,
  busId: 0xb1,
  sanRetries: 0xbb,
  sanFilename: 0xbc,
  sanDrive: 0xbd,
  username: 0xbe,
  password: 0xbf,
  version: 0xeb,
} as const;

/** The sub-options in the octets of option 175, by code, each a view; undefined when a length runs past the end. */
export function decodeIpxe(bytes: Uint8Array): SubOptions | undefined {
  return encapsulatedOptions.read(bytes, 0, bytes.length);
}

/** The octets of option 175, END included. Throws RangeError for a value over 255 octets. */
export function encodeIpxe(values: SubOptions): Uint8Array {
  const octets = encapsulatedOptions.write(values);
  if (octets === undefined) throw new RangeError("iPXE: expected sub-options 1–254 of up to 255 octets");
  return octets;
}
