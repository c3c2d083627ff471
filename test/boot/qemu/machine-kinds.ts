// The machines that QEMU can be, by what firmware they begin with.
import { copyFileSync } from "node:fs";
import { firmwareOf, type Suite } from "../../run/firmware-packages.ts";

export interface Place {
  readonly mac: string;
  /** For what the machine writes: its variables. */
  readonly folder: string;
  readonly name: string;
}

export interface MachineKind {
  readonly name: string;
  readonly program: string;
  /** QEMU's, for the firmware and a network card on `lan`. */
  words(place: Place): readonly string[];
}

/** UEFI asks by these, one after the other, for minutes each when nobody answers: a machine is told which it has. */
type UefiBoot = "pxe" | "http";

// SeaBIOS shows itself on the serial line where there is no graphics, and so do boot loaders that use its console.
const PC = ["-M", "pc,graphics=off", "-vga", "none", "-boot", "n"];
// EDK2 of 2024 and newer has no network where it has no random numbers, and says nothing of it.
const RANDOM = ["-device", "virtio-rng-pci"];
const SWITCH_OFF_IPV6_PXE = ["-fw_cfg", "name=opt/org.tianocore/IPv6PXESupport,string=n"];
const SWITCH_OFF_PXE = ["-fw_cfg", "name=opt/org.tianocore/IPv4PXESupport,string=n"];

/** QEMU's own iPXE in the card's ROM. */
export const bios: MachineKind = {
  name: "SeaBIOS, iPXE of 2019 in ROM",
  program: "qemu-system-x86_64",
  words: ({ mac }) => [...PC, "-device", `virtio-net-pci,netdev=lan,mac=${mac}`],
};

export function ovmf(suite: Suite, by: UefiBoot): MachineKind {
  const folder = `${firmwareOf(suite)}/usr/share/OVMF`;
  return {
    name: `OVMF of ${suite}, ${by}`,
    program: "qemu-system-x86_64",
    words: ({ mac, ...place }) => [
      ...["-M", "q35", "-vga", "none"],
      ...flash(`${folder}/OVMF_CODE_4M.fd`, `${folder}/OVMF_VARS_4M.fd`, { mac, ...place }),
      ...RANDOM,
      // Without a ROM on the card it is EDK2's own driver, and not iPXE's.
      ...["-device", `virtio-net-pci,netdev=lan,mac=${mac},romfile=`],
      ...bootBy(by),
    ],
  };
}

export function aavmf(suite: Suite, by: UefiBoot): MachineKind {
  const folder = `${firmwareOf(suite)}/usr/share/AAVMF`;
  return {
    name: `AAVMF of ${suite}, ${by}`,
    program: "qemu-system-aarch64",
    words: (place) => [
      ...["-M", "virt", "-cpu", "cortex-a57"],
      ...flash(`${folder}/AAVMF_CODE.fd`, `${folder}/AAVMF_VARS.fd`, place),
      ...RANDOM,
      ...["-device", `virtio-net-pci,netdev=lan,mac=${place.mac},romfile=`],
      ...bootBy(by),
    ],
  };
}

/** With an Intel card: of virtio's, the U-Boot of 2023 reads the first octet of the hardware address six times. */
export const uBoot = (suite: Suite): MachineKind => ({
  name: `U-Boot of ${suite}`,
  program: "qemu-system-aarch64",
  words: ({ mac }) => [
    ...["-M", "virt", "-cpu", "cortex-a57"],
    ...["-bios", `${firmwareOf(suite)}/usr/lib/u-boot/qemu_arm64/u-boot.bin`],
    ...["-device", `e1000,netdev=lan,mac=${mac},romfile=`],
  ],
});

const bootBy = (by: UefiBoot) =>
  by === "pxe" ? SWITCH_OFF_IPV6_PXE : [...SWITCH_OFF_PXE, ...SWITCH_OFF_IPV6_PXE];

function flash(code: string, variables: string, { folder, name }: Place): string[] {
  const own = `${folder}/${name}.variables`;
  copyFileSync(variables, own);
  return [
    ...["-drive", `if=pflash,format=raw,readonly=on,file=${code}`],
    ...["-drive", `if=pflash,format=raw,file=${own}`],
  ];
}
