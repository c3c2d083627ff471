// A kernel and an initrd, each from another node, up to a userspace that has the host's name and address.
import { expect, test } from "vitest";
import { addressOf, bootRoomForTests, URLS, xnameOf } from "./boot-room.ts";
import { initrd, kernelFile } from "./initrd.ts";
import { bios } from "./machine-kinds.ts";

const [, second, third] = URLS;
const script = [
  `kernel ${second}/linux/vmlinuz console=ttyS0 panic=10 told=by-its-script`,
  `initrd ${third}/linux/initrd`,
  "boot",
];

const room = bootRoomForTests("linux", [{ name: "linux", kind: bios, script }], {
  files: { "linux/vmlinuz": kernelFile(), "linux/initrd": initrd() },
});

test("Linux is in its userspace, with a kernel from n2 and an initrd from n3", async () => {
  const machine = await room().switchOn("linux");
  await machine.shows(room().ownLine("linux"), 60);
  const { seconds, groups } = await machine.shows(
    /Userspace of (?<name>\S+) at (?<address>\S+), told (?<told>.*)/,
    170,
  );
  console.log(`linux: ${seconds.toFixed(1)} s`);
  expect(groups).toMatchObject({ name: xnameOf(0), address: addressOf(0) });
  expect(groups.told).toContain("told=by-its-script");
  const images = room()
    .standIns.served()
    .filter(({ file }) => file.startsWith("/linux/"));
  expect(images).toEqual([
    { node: "n2", by: "http", file: "/linux/vmlinuz", outcome: 200 },
    { node: "n3", by: "http", file: "/linux/initrd", outcome: 200 },
  ]);
});
