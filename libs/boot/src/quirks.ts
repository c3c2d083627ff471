// What firmware gets wrong, as data: who it is, what it states, what is made of it, and who says so.
import type { BootClient } from "./boot-client.ts";

export interface BootQuirk {
  readonly name: string;
  /** In a sentence, for `leasehold explain`. */
  readonly what: string;
  readonly source: string;
  readonly isOf: (client: BootClient) => boolean;
  /** What counts in place of option 93. */
  readonly architectures: (client: BootClient) => readonly number[];
}

/** Blocks of hardware addresses of Raspberry Pi (IEEE). */
const RASPBERRY_PI: ReadonlySet<string> = new Set([
  "b8:27:eb",
  "dc:a6:32",
  "e4:5f:01",
  "28:cd:c1",
  "d8:3a:dd",
  "2c:cf:67",
]);
const RASPBERRY_PI_BOOT = 41;
const DECIMAL_ARCHITECTURE = /^(?:PXE|HTTP)Client:Arch:(\d{5})(?::|$)/;

export const BOOT_QUIRKS: readonly BootQuirk[] = [
  {
    name: "raspberry-pi-as-bios",
    what: "the boot ROM of a Raspberry Pi states architecture 0, x86 BIOS",
    source:
      'Tinkerbell, smee/internal/dhcp/dhcp.go: "Some Raspberry PI\'s (Raspberry PI 5) report an option 93 of 0"',
    isOf: ({ mac, architectures, isIpxe, vendorClass }) =>
      !isIpxe &&
      RASPBERRY_PI.has(mac.slice(0, 8)) &&
      vendorClass.startsWith("PXEClient") &&
      architectures.every((code) => code === 0),
    architectures: () => [RASPBERRY_PI_BOOT],
  },
  {
    // Five decimal digits: U-Boot 2025.01 writes "Arch:0000b", and states the right number in option 93.
    name: "architecture-in-vendor-class",
    what: "option 93 is missing; option 60 names the architecture",
    source: "PXE 2.1 table 2-3: a client sends both",
    isOf: ({ architectures, vendorClass }) =>
      architectures.length === 0 && DECIMAL_ARCHITECTURE.test(vendorClass),
    architectures: ({ vendorClass }) => [Number(DECIMAL_ARCHITECTURE.exec(vendorClass)![1])],
  },
];
