// Firmware, boot loaders and a kernel for machines in QEMU, out of Debian packages of two suites: unpacked into .tools/firmware, never
// installed. apt's state is private, the mirror is the machine's own, and what is fetched is checked by Debian's keyring.
import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { userInfo } from "node:os";
import { promisify } from "node:util";
import { root } from "./child.ts";

const runFile = promisify(execFile);

export type Suite = "bookworm" | "forky";

/** By suite: what is taken out of it. */
const PACKAGES: Readonly<Record<Suite, readonly string[]>> = {
  bookworm: [
    ...[
      "ipxe",
      "ovmf",
      "qemu-efi-aarch64",
      "u-boot-qemu",
      "grub-efi-amd64-signed",
      "pxelinux",
      "syslinux-common",
    ],
    ...["busybox-static", "linux-image-cloud-amd64"],
  ],
  forky: ["ipxe", "ovmf-generic", "qemu-efi-aarch64", "u-boot-qemu", "grub-efi-amd64-signed"],
};

const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

/** Where a suite's packages are unpacked. */
export const firmwareOf = (suite: Suite): string => `${root}.tools/firmware/${suite}`;

/** By package; empty when the suite is not there. */
export function firmwareVersions(suite: Suite): Readonly<Record<string, string>> {
  const file = `${firmwareOf(suite)}/versions.json`;
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Record<string, string>) : {};
}

const isThere = (suite: Suite) => PACKAGES[suite].every((name) => name in firmwareVersions(suite));

/**
 * Brings what is missing, and says so.
 * @throws Error with apt's words when a package cannot be had.
 */
export async function ensureFirmware(say: (line: string) => void): Promise<void> {
  for (const suite of (["bookworm", "forky"] as const).filter((each) => !isThere(each))) {
    const started = Date.now();
    say(`unpacking into .tools/firmware, of Debian ${suite}: ${PACKAGES[suite].join(" ")}`);
    await unpackSuite(suite);
    say(`… done in ${Math.round((Date.now() - started) / 1000)} s`);
  }
}

async function unpackSuite(suite: Suite): Promise<void> {
  mkdirSync(`${root}.tools`, { recursive: true });
  const at = mkdtempSync(`${root}.tools/firmware-`);
  try {
    const apt = await privateApt(at, suite);
    await apt("apt-get", ["update"]);
    const names = await Promise.all(PACKAGES[suite].map((name) => packageBehind(apt, name)));
    await apt("apt-get", ["download", ...names]);
    const versions: Record<string, string> = {};
    for (const file of readdirSync(at).filter((name) => name.endsWith(".deb"))) {
      await runFile("dpkg-deb", ["-x", `${at}/${file}`, `${at}/root`]);
      const { stdout } = await runFile("dpkg-deb", ["-f", `${at}/${file}`, "Version"]);
      versions[PACKAGES[suite][names.indexOf(file.split("_")[0]!)]!] = stdout.trim();
    }
    writeFileSync(`${at}/root/versions.json`, JSON.stringify(versions, undefined, 2));
    rmSync(firmwareOf(suite), { recursive: true, force: true });
    mkdirSync(`${root}.tools/firmware`, { recursive: true });
    renameSync(`${at}/root`, firmwareOf(suite));
  } finally {
    rmSync(at, { recursive: true, force: true });
  }
}

type Apt = (program: "apt-get" | "apt-cache", words: readonly string[]) => Promise<string>;

/** apt with lists, cache and sources of its own. */
async function privateApt(at: string, suite: Suite): Promise<Apt> {
  for (const folder of ["lists/partial", "cache/archives/partial"])
    mkdirSync(`${at}/${folder}`, { recursive: true });
  const sources = `${at}/sources.list`;
  writeFileSync(sources, `deb ${trust()} ${await debianMirror()} ${suite} main\n`);
  const options = [
    ...[`Dir::State::lists=${at}/lists`, `Dir::Cache=${at}/cache`, `Dir::Etc::sourcelist=${sources}`],
    ...[
      "Dir::Etc::sourceparts=/dev/null",
      "Acquire::Languages=none",
      "Acquire::Retries=3",
      "Debug::NoLocking=1",
    ],
    ...["APT::Update::Error-Mode=any", `APT::Sandbox::User=${userInfo().username}`],
  ].flatMap((option) => ["-o", option]);
  return async (program, words) => {
    const quiet = program === "apt-get" ? ["-qq"] : [];
    const { stdout } = await runFile(program, [...quiet, ...options, ...words], {
      cwd: at,
      maxBuffer: 1 << 26,
    });
    return stdout;
  };
}

// A mirror whose signature this machine cannot check is used only when LEASEHOLD_TRUST_MIRROR=1 says so, as in `run`.
function trust(): string {
  if (process.env.LEASEHOLD_TRUST_MIRROR === "1") return "[trusted=yes]";
  return existsSync(KEYRING) ? `[signed-by=${KEYRING}]` : "";
}

async function debianMirror(): Promise<string> {
  const { stdout } = await runFile("apt-get", ["indextargets", "--format", "$(REPO_URI)"]);
  const mirror = stdout.split("\n").find((line) => /\/debian\/?$/.test(line));
  if (mirror === undefined)
    throw new Error("apt's sources name no Debian mirror: firmware cannot be had from it");
  return mirror;
}

/** A kernel's package has its version in its name: it is what the package without one depends on. */
async function packageBehind(apt: Apt, name: string): Promise<string> {
  if (!name.startsWith("linux-image-")) return name;
  const depends = await apt("apt-cache", ["depends", name]);
  const kernel = /Depends: (linux-image-\d\S+)/.exec(depends)?.[1];
  if (kernel === undefined) throw new Error(`${name} names no kernel: ${depends.trim()}`);
  return kernel;
}
