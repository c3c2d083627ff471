// Boot loaders that have another loader behind them, or a configuration of their own in place of a script.
import { expect, test } from "vitest";
import { until } from "../../lab/shell.ts";
import { firmwareOf } from "../../run/firmware-packages.ts";
import { type BootHost, bootRoomForTests, whoIs } from "./boot-room.ts";
import { bios, ovmf, uBoot } from "./machine-kinds.ts";
import { uBootScript } from "./u-boot-script.ts";

const bookworm = firmwareOf("bookworm");
const forky = firmwareOf("forky");

const x64 = (loader: string) => ({ loaders: { "uefi-x64": loader } });
const LOADED: Readonly<Record<string, string>> = {
  undionly: "undionly.kpxe",
  undionly2: "forky/undionly.kpxe",
};
const PXELINUX = { script: "pxelinux.0", pxelinux: { pathPrefix: "/pxe/", configFile: "own.cfg" } };

const machines: readonly BootHost[] = [
  { name: "undionly", kind: bios, boot: { script: LOADED.undionly } },
  { name: "undionly2", kind: bios, boot: { script: LOADED.undionly2 } },
  { name: "pxelinux", kind: bios, boot: PXELINUX },
  { name: "grub", kind: ovmf("bookworm", "pxe"), boot: x64("grubnetx64.efi") },
  { name: "grub2", kind: ovmf("forky", "pxe"), boot: x64("forky/grubnetx64.efi") },
  { name: "u-boot", kind: uBoot("bookworm") },
  { name: "u-boot-efi", kind: uBoot("bookworm"), boot: { loaders: { "uefi-arm64": "ipxe-arm64.efi" } } },
];
const indexOf = (name: string) => machines.findIndex((machine) => machine.name === name);
const says = (name: string) => `${whoIs(indexOf(name))}, by its file`;

const FILES = {
  "undionly.kpxe": `${bookworm}/usr/lib/ipxe/undionly.kpxe`,
  "forky/undionly.kpxe": `${forky}/usr/lib/ipxe/undionly.kpxe`,
  "pxelinux.0": `${bookworm}/usr/lib/PXELINUX/pxelinux.0`,
  "pxe/ldlinux.c32": `${bookworm}/usr/lib/syslinux/modules/bios/ldlinux.c32`,
  "pxe/own.cfg": Buffer.from(`SAY ${says("pxelinux")}\nPROMPT 1\nDEFAULT none\nLABEL none\nLOCALBOOT 0\n`),
  "grubnetx64.efi": `${bookworm}/usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed`,
  "forky/grubnetx64.efi": `${forky}/usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed`,
  // One for all: it knows its machine by the address that GRUB has.
  "grub/grub.cfg": Buffer.from(
    `echo "This is the machine at $net_default_ip, by its file"\nsleep --interruptible 600\n`,
  ),
  "boot.scr.uimg": uBootScript(`echo "${says("u-boot")}"\nsleep 600\n`),
  "ipxe-arm64.efi": `${forky}/usr/lib/ipxe/ipxe-arm64.efi`,
};

const room = bootRoomForTests("loaders", machines, { files: FILES });

const told = (name: string, seconds: number) => console.log(`${name}: ${seconds.toFixed(1)} s`);

// The ROM is iPXE, too, and nothing tells it from what it loads: what is said of the machine is changed once it has its loader.
test.each(Object.keys(LOADED))("the ROM loads %s, and its script after a live change", async (name) => {
  const machine = await room().switchOn(name);
  const loader = LOADED[name];
  await until(`${loader} is fetched`, 60, async () =>
    room()
      .standIns.served()
      .some(({ file, outcome }) => file === loader && outcome === "complete"),
  );
  await room().changeBoot(name, {});
  const { seconds } = await machine.shows(room().ownLine(name), 120);
  told(name, seconds);
});

test("pxelinux has its prefix and its configuration by options 210 and 209", async () => {
  const machine = await room().switchOn("pxelinux");
  told("pxelinux", (await machine.shows(new RegExp(says("pxelinux")), 120)).seconds);
});

test.each(["grub", "grub2"])("GRUB's network image has its configuration: %s", async (name) => {
  const machine = await room().switchOn(name);
  const line = /This is the machine at (?<address>[\d.]+), by its file/;
  const { seconds, groups } = await machine.shows(line, 170);
  told(name, seconds);
  expect(groups.address).toBe(`10.77.2.${indexOf(name) + 1}`);
});

test("U-Boot has its script by the name that it asks for itself", async () => {
  const machine = await room().switchOn("u-boot");
  told("u-boot", (await machine.shows(new RegExp(says("u-boot")), 170)).seconds);
});

// The U-Boot of 2025 fetches it, too, and takes nothing of what it has fetched for something to boot.
test("U-Boot finds no script, has iPXE for UEFI, and that its own script", async () => {
  room().withdraw("boot.scr.uimg");
  const machine = await room().switchOn("u-boot-efi");
  told("u-boot-efi", (await machine.shows(room().ownLine("u-boot-efi"), 170)).seconds);
});
