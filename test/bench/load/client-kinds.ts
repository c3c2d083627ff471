// The three clients that a machine which boots over the network is, one after the other: what each says of itself, and how
// long it waits before it asks again.
import type { EncodedOption } from "@leasehold/protocol";
import { BOOT_ROM_WANTS } from "../../../apps/dhcpd/test/firmware.ts";
import type { Firmware } from "../../firmware-secs.ts";

export interface ClientKind {
  readonly name: string;
  readonly options: readonly EncodedOption[];
  /** How it fills `secs`. */
  readonly secsAs: Firmware;
  /** Waits after the first, second … attempt, seconds; the last one goes on. */
  readonly waits: readonly number[];
  /** RFC 2131 §4.1: a wait is up to a second longer or shorter. */
  readonly isRandom: boolean;
}

const text = (words: string) => Buffer.from(words, "latin1");
// PXE 2.1 §2.2.1: what every boot ROM puts in. Option 93: 7, x86-64 UEFI (RFC 4578 §2.1); 97: type 0 and a UUID.
const firmware: readonly EncodedOption[] = [
  [57, Uint8Array.of(0x05, 0xc0)],
  [93, Uint8Array.of(0, 7)],
  [94, Uint8Array.of(1, 3, 0x10)],
];

export const clientKinds: readonly ClientKind[] = [
  {
    name: "ROM",
    secsAs: "dhclient",
    options: [
      ...firmware,
      [55, Uint8Array.of(...BOOT_ROM_WANTS, 128)],
      [60, text("PXEClient:Arch:00007:UNDI:003016")],
    ],
    waits: [4, 8, 16, 32],
    isRandom: false,
  },
  {
    name: "iPXE",
    secsAs: "ipxe",
    options: [
      ...firmware,
      [55, Uint8Array.of(1, 3, 6, 7, 12, 15, 17, 26, 43, 60, 66, 67, 119, 128, 129, 150, 175, 203)],
      [60, text("PXEClient:Arch:00007:UNDI:003010")],
      [77, text("iPXE")],
    ],
    waits: [1, 2, 4, 8, 10],
    isRandom: false,
  },
  {
    name: "OS",
    secsAs: "dhclient",
    options: [[55, Uint8Array.of(1, 28, 2, 3, 15, 6, 119, 12, 44, 47, 26, 121, 42)]],
    waits: [4, 8, 16, 32],
    isRandom: true,
  },
];
