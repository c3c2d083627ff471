// Scripts of boot profiles, looked at by the loaders' own tools: GRUB's parser, and what U-Boot's project has for its images.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hostWith, networkWith, scriptFor } from "../../libs/boot/test/script-for.ts";
import { unpack } from "../run/debian-packages.ts";

const runFile = promisify(execFile);
const folder = mkdtempSync(`${tmpdir()}/leasehold-scripts-`);
const programs = `${folder}/unpacked/usr`;
const libraries = process.arch === "arm64" ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
const env = { ...process.env, LD_LIBRARY_PATH: `${programs}/lib/${libraries}` };

beforeAll(() => unpack(["grub-common", "u-boot-tools"], `${folder}/unpacked`), 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const KERNEL = `{ id: compute, kernel: "/images/{arch}/vmlinuz", initrds: [/i], arguments: ["console=ttyS0 ds=nocloud;s=http://x/", "root={url}/r", "BOOTIF={bootif}"] }`;
const CASES = [
  { name: "a kernel", network: networkWith(KERNEL) },
  { name: "a kernel without RAM disk", network: networkWith("{ id: compute, kernel: /k }") },
  { name: "a chain", network: networkWith("{ id: compute, chain: /x.efi }") },
  { name: "a refused value", network: networkWith(`{ id: compute, kernel: "/{label.bad}/k" }`) },
  ...["local-disk", "next-device", "reboot", "poweroff", "explain"].map((step) => ({
    ...{ name: step, network: networkWith("", `profile: ${step}`) },
  })),
];
const machine = { host: hostWith({ labels: { bad: "a'; reboot" } }) };

test.each(CASES)("GRUB's parser takes $name", async ({ network }) => {
  writeFileSync(`${folder}/grub.cfg`, scriptFor(network, machine, "grub").content);
  await runFile(`${programs}/bin/grub-script-check`, [`${folder}/grub.cfg`], { env });
});

test("GRUB's parser does refuse", async () => {
  writeFileSync(`${folder}/bad.cfg`, "if true; then\n");
  await expect(
    runFile(`${programs}/bin/grub-script-check`, [`${folder}/bad.cfg`], { env }),
  ).rejects.toThrow();
});

test.each(CASES)("U-Boot's image of $name is one", async ({ network }) => {
  const { content } = scriptFor(network, { ...machine, arch: "arm64" }, "u-boot");
  writeFileSync(`${folder}/boot.scr`, content);
  const { stdout } = await runFile(`${programs}/bin/dumpimage`, ["-l", `${folder}/boot.scr`], { env });
  expect(stdout).toContain(`Image 0: ${content.length - 72} Bytes`);
  expect(stdout).toMatch(/Image Type: +ARM Linux Script/);
});
