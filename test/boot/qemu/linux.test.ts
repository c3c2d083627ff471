// A kernel and an initrd, each from another node, up to a userspace that has the host's name and address.
import { expect, test } from "vitest";
import { bootRoomForTests, URLS } from "./boot-room.ts";
import { linuxFiles } from "./initrd.ts";
import { bios } from "./machine-kinds.ts";

const [, second, third] = URLS;
const profile = {
  id: "two-nodes",
  kernel: `${second}/linux/vmlinuz`,
  initrds: [`${third}/linux/initrd`],
  arguments: ["console=ttyS0 told=by-{hostname}"],
};

const room = bootRoomForTests("linux", [{ name: "linux", kind: bios, boot: { profile: profile.id } }], {
  profiles: [profile],
  files: linuxFiles(),
});

test("Linux is in its userspace, with a kernel from n2 and an initrd from n3", async () => {
  const machine = await room().switchOn("linux");
  await machine.shows(room().ownLine("linux"), 60);
  const { seconds, groups } = await machine.shows(room().userspace("linux"), 170);
  console.log(`linux: ${seconds.toFixed(1)} s`);
  expect(groups.told).toContain("told=by-nid0001");
  const images = (await room().served()).filter(({ name }) => name.startsWith("/linux/"));
  expect(images).toMatchObject([
    { node: "n2", via: "http", name: "/linux/vmlinuz", outcome: "complete" },
    { node: "n3", via: "http", name: "/linux/initrd", outcome: "complete" },
  ]);
});
