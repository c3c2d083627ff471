// Each firmware and boot loader that Debian has a package of boots from the cluster, up to the line that only its own script shows. docs/boot.md
// has the times.
import { describe, expect, test } from "vitest";
import { firmwareOf } from "../../run/firmware-packages.ts";
import { type BootHost, bootRoomForTests } from "./boot-room.ts";
import { aavmf, bios, ovmf } from "./machine-kinds.ts";
import { recordings } from "./recordings.ts";

const bookworm = firmwareOf("bookworm");
const forky = firmwareOf("forky");

const FILES = {
  "bookworm/undionly.kpxe": `${bookworm}/usr/lib/ipxe/undionly.kpxe`,
  "bookworm/ipxe.efi": `${bookworm}/boot/ipxe.efi`,
  "forky/ipxe.efi": `${forky}/usr/lib/ipxe/ipxe-amd64.efi`,
  "forky/snponly.efi": `${forky}/usr/lib/ipxe/snponly.efi`,
  "forky/ipxe-arm64.efi": `${forky}/usr/lib/ipxe/ipxe-arm64.efi`,
};

const x64 = (loader: string) => ({ loaders: { "uefi-x64": loader } });
const arm64 = (loader: string) => ({ loaders: { "uefi-arm64": loader } });

interface Booting extends BootHost {
  /** Who sends DHCP, one after the other, by key in the recordings. */
  readonly stages: Readonly<Record<string, string>>;
}

const machines: readonly Booting[] = [
  { name: "rom", kind: bios, stages: { "ipxe-rom": "QEMU's iPXE ROM of 2019" } },
  {
    ...{ name: "ovmf-old", kind: ovmf("bookworm", "pxe"), boot: x64("bookworm/ipxe.efi") },
    stages: { "ovmf-pxe": "OVMF 2022.11, PXE", "ipxe-efi": "ipxe.efi of 2019, loaded by OVMF" },
  },
  {
    ...{ name: "ovmf-old-h", kind: ovmf("bookworm", "http"), boot: x64("bookworm/ipxe.efi") },
    stages: { "ovmf-http": "OVMF 2022.11, HTTP boot", "ipxe-efi": "ipxe.efi of 2019, loaded by OVMF" },
  },
  {
    ...{ name: "ovmf-new", kind: ovmf("forky", "pxe"), boot: x64("forky/ipxe.efi") },
    stages: { "ovmf-2026-pxe": "OVMF 2026.08, PXE", "ipxe-2-efi": "ipxe-amd64.efi 2.0.0, loaded by OVMF" },
  },
  {
    ...{ name: "ovmf-new-h", kind: ovmf("forky", "http"), boot: x64("forky/snponly.efi") },
    stages: {
      "ovmf-2026-http": "OVMF 2026.08, HTTP boot",
      "ipxe-2-snp": "snponly.efi 2.0.0, loaded by OVMF",
    },
  },
  {
    ...{ name: "aavmf", kind: aavmf("bookworm", "pxe"), boot: arm64("forky/ipxe-arm64.efi") },
    stages: { "aavmf-pxe": "AAVMF 2022.11, PXE", "ipxe-2-arm64": "ipxe-arm64.efi 2.0.0, loaded by AAVMF" },
  },
  {
    ...{ name: "aavmf-h", kind: aavmf("forky", "http"), boot: arm64("forky/ipxe-arm64.efi") },
    stages: {
      "aavmf-http": "AAVMF 2026.08, HTTP boot",
      "ipxe-2-arm64-http": "ipxe-arm64.efi 2.0.0, loaded by AAVMF over HTTP",
    },
  },
];

const room = bootRoomForTests("firmware", machines, { files: FILES });

describe("boots to its own script", () => {
  test.each(machines)("$kind.name", async ({ name, kind, stages }) => {
    const machine = await room().switchOn(name);
    const { seconds, groups } = await machine.shows(room().ownLine(name), 150);
    console.log(`${kind.name}: ${seconds.toFixed(1)} s, script from ${groups.node}`);
    const { sent, known } = recordings(room().wire(), stages);
    expect(sent).toEqual(known);
  });
});
