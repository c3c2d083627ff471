// What real firmware and boot loaders send, option by option in their order: QEMU 7.2's machines, on a bridge. Where two releases differ in
// nothing that a server sees, there is one.
import type { EncodedOption, MessageTypeName } from "@leasehold/protocol";
import { type Client, type Fields, packetOf } from "./wire.ts";

export interface Firmware {
  readonly name: string;
  readonly broadcast: boolean;
  /** Without 53, 50 and 54. */
  readonly options: readonly EncodedOption[];
  /** In its REQUEST in place of those in its DISCOVER. */
  readonly inRequest?: readonly EncodedOption[];
}

const text = (code: number, value: string): EncodedOption => [code, Buffer.from(value)];
const octets = (code: number, hex: string): EncodedOption => [
  code,
  Buffer.from(hex.replaceAll(" ", ""), "hex"),
];
const list = (code: number, ...values: number[]): EncodedOption => [code, Uint8Array.from(values)];

/** `-uuid 4c4c4544-0042-3010-8043-b7c04f4e3732`, in the order of SMBIOS. */
const UUID = octets(97, "00 44454c4c 4200 1030 8043 b7c04f4e3732");
const LARGE = octets(57, "05c0");
// EDK2's REQUEST states another maximum message size than its DISCOVER.
const EDK2_REQUEST = [octets(57, "ff00")];
export const BOOT_ROM_WANTS: readonly number[] = [
  1, 2, 3, 4, 5, 6, 12, 13, 15, 17, 18, 22, 23, 28, 40, 41, 42, 43, 50, 51, 54, 58, 59, 60, 66, 67, 97,
];
const EDK2_PXE = list(55, ...BOOT_ROM_WANTS, 128, 129, 130, 131, 132, 133, 134, 135);
// Where PXE has 66, HTTP boot has an octet that is never set: 235 on x86, 0 on ARM.
const edk2Http = (unset: number): EncodedOption =>
  list(55, ...BOOT_ROM_WANTS.map((code) => (code === 66 ? unset : code)));
const IPXE_WANTS = [
  1, 3, 6, 7, 12, 15, 17, 26, 43, 60, 66, 67, 119, 128, 129, 130, 131, 132, 133, 134, 135, 175, 203,
];
const IPXE_FEATURES = octets(
  175,
  "b105011af41000 eb03010000 170101 220101 130101 110101 270101 190101 290101 100102 210101 150101 180101 120101",
);
const IPXE_EFI_FEATURES = octets(
  175,
  "b105011af41000 eb03010000 170101 240101 130101 110101 270101 290101 150101 1b0101 120101",
);

function edk2(name: string, vendorClass: string, arch: string, wants: EncodedOption): Firmware {
  return {
    ...{ name, broadcast: true, inRequest: EDK2_REQUEST },
    options: [LARGE, wants, UUID, octets(94, "010300"), octets(93, arch), text(60, vendorClass)],
  };
}

function ipxe(name: string, broadcast: boolean, wants: readonly number[] = IPXE_WANTS): Firmware {
  return {
    ...{ name, broadcast },
    options: [
      ...[LARGE, octets(93, "0000"), octets(94, "010201"), text(60, "PXEClient:Arch:00000:UNDI:002001")],
      ...[text(77, "iPXE"), list(55, ...wants), IPXE_FEATURES, octets(61, "01 020000000001"), UUID],
    ],
  };
}

const uBoot = (name: string, vendorClass: string, arch: string): Firmware => ({
  ...{ name, broadcast: false },
  options: [
    octets(57, "0240"),
    octets(93, arch),
    octets(94, "010000"),
    text(60, vendorClass),
    list(55, 1, 3, 6, 12, 17),
  ],
});

export const FIRMWARE = {
  "ovmf-pxe": edk2("OVMF 2022.11 and 2026.08, PXE", "PXEClient:Arch:00007:UNDI:003000", "0007", EDK2_PXE),
  "ovmf-http": edk2("OVMF 2022.11, HTTP boot", "HTTPClient:Arch:00016:UNDI:003000", "0010", edk2Http(235)),
  "aavmf-pxe": edk2("AAVMF 2022.11, PXE", "PXEClient:Arch:00011:UNDI:003000", "000b", EDK2_PXE),
  "aavmf-http": edk2("AAVMF 2022.11, HTTP boot", "HTTPClient:Arch:00019:UNDI:003000", "0013", edk2Http(0)),
  "ipxe-rom": ipxe("QEMU's iPXE ROM of 2019", false),
  undionly: ipxe("undionly.kpxe of 2019, loaded by that ROM", true),
  "ipxe-2": ipxe("iPXE 2.0.0", true, [...IPXE_WANTS, 42, 121]),
  "ipxe-efi": {
    ...{ name: "ipxe.efi of 2019, loaded by OVMF", broadcast: false },
    options: [
      ...[LARGE, octets(93, "0007"), octets(94, "01030a"), text(60, "PXEClient:Arch:00007:UNDI:003010")],
      ...[text(77, "iPXE"), list(55, ...IPXE_WANTS), IPXE_EFI_FEATURES, octets(61, "01 020000000001"), UUID],
    ],
  },
  "u-boot-first": uBoot("U-Boot 2023.01, its first round", "U-Boot.armv8", "0016"),
  "u-boot-second": uBoot("U-Boot 2023.01, its second round", "PXEClient:Arch:00011:UNDI:003000", "000b"),
  "u-boot-2025": uBoot("U-Boot 2025.01, its second round", "PXEClient:Arch:0000b:UNDI:003000", "000b"),
  klibc: {
    ...{ name: "klibc ipconfig 2.0.12", broadcast: true },
    options: [list(55, 1, 3, 6, 12, 15, 17, 26, 28, 40, 119, 121), text(60, "Linux ipconfig")],
  },
} as const satisfies Record<string, Firmware>;

/** A packet of it. */
export function sentBy(
  { options, inRequest = [], broadcast }: Firmware,
  type: MessageTypeName,
  of: Client,
  fields: Fields = {},
): Buffer {
  const replaced = type === "REQUEST" ? inRequest : [];
  const own = options.map((one) => replaced.find(([code]) => code === one[0]) ?? one);
  return packetOf(type, of, { broadcast, ...fields, options: own });
}
