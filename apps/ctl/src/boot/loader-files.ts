// Boot loaders in Debian's packages, and the names that they get: those that OpenCHAMI's coresmd has, where it has one.

import type { LoaderFile } from "../io/debian-loaders.ts";

type Row = readonly [name: string, debianPackage: string, ...paths: string[]];

const ROWS: readonly Row[] = [
  ["undionly.kpxe", "ipxe", "usr/lib/ipxe/undionly.kpxe"],
  ["ipxe.pxe", "ipxe", "usr/lib/ipxe/ipxe.pxe"],
  ["ipxe-x86_64.efi", "ipxe", "usr/lib/ipxe/ipxe-amd64.efi", "boot/ipxe.efi"],
  ["snponly-x86_64.efi", "ipxe", "usr/lib/ipxe/snponly.efi"],
  ["ipxe-arm64.efi", "ipxe", "usr/lib/ipxe/ipxe-arm64.efi"],
  ["ipxe-riscv64.efi", "ipxe", "usr/lib/ipxe/ipxe-riscv64.efi"],
  ["ipxe-loong64.efi", "ipxe", "usr/lib/ipxe/ipxe-loong64.efi"],
  ["pxelinux.0", "pxelinux", "usr/lib/PXELINUX/pxelinux.0"],
  ["lpxelinux.0", "pxelinux", "usr/lib/PXELINUX/lpxelinux.0"],
  // pxelinux loads the first one before anything else; the others are for the steps of profiles.
  ["ldlinux.c32", "syslinux-common", "usr/lib/syslinux/modules/bios/ldlinux.c32"],
  ["libcom32.c32", "syslinux-common", "usr/lib/syslinux/modules/bios/libcom32.c32"],
  ["reboot.c32", "syslinux-common", "usr/lib/syslinux/modules/bios/reboot.c32"],
  ["poweroff.c32", "syslinux-common", "usr/lib/syslinux/modules/bios/poweroff.c32"],
  ["grubnetx64.efi", "grub-efi-amd64-signed", "usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed"],
  ["shimx64.efi", "shim-signed", "usr/lib/shim/shimx64.efi.signed"],
];

export const LOADER_FILES: readonly LoaderFile[] = ROWS.map(([name, debianPackage, ...paths]) => ({
  ...{ name, debianPackage, paths },
}));
