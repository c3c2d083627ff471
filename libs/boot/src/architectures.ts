// What option 93 states, by IANA's registry of processor architectures (RFC 4578 §2.1, RFC 5970 §3.3).
import type { BootArchitecture } from "@leasehold/network";

export interface Architecture {
  readonly code: number;
  /** By this name `loaders` has what it loads. */
  readonly name: BootArchitecture;
  /** The processor as iPXE calls it in its setting `buildarch`. */
  readonly processor: string;
}

// RFC 4578 has 7 and 9 the wrong way round (erratum 4624): 7 is x64, and what states 9 is x64, too.
const ARCHITECTURES: readonly (readonly [code: number, name: BootArchitecture, processor: string])[] = [
  [0, "bios", "i386"],
  [6, "uefi-x86", "i386"],
  [7, "uefi-x64", "x86_64"],
  [9, "uefi-x64", "x86_64"],
  [10, "uefi-arm", "arm32"],
  [11, "uefi-arm64", "arm64"],
  [15, "uefi-x86", "i386"],
  [16, "uefi-x64", "x86_64"],
  [17, "uefi-x64", "x86_64"],
  [18, "uefi-arm", "arm32"],
  [19, "uefi-arm64", "arm64"],
  [20, "bios", "i386"],
  [21, "u-boot-arm", "arm32"],
  [22, "u-boot-arm64", "arm64"],
  [23, "u-boot-arm", "arm32"],
  [24, "u-boot-arm64", "arm64"],
  [25, "uefi-riscv32", "riscv32"],
  [26, "uefi-riscv32", "riscv32"],
  [27, "uefi-riscv64", "riscv64"],
  [28, "uefi-riscv64", "riscv64"],
  [37, "uefi-loongarch32", "loong32"],
  [38, "uefi-loongarch32", "loong32"],
  [39, "uefi-loongarch64", "loong64"],
  [40, "uefi-loongarch64", "loong64"],
  [41, "raspberry-pi", "arm64"],
];

const byCode = new Map<number, Architecture>(
  ARCHITECTURES.map(([code, name, processor]) => [code, { code, name, processor }]),
);

/** Undefined for one that nothing is known to be loaded on. */
export function architectureOf(code: number): Architecture | undefined {
  return byCode.get(code);
}
