// The real clients and tools that the end-to-end tests and the demo use, from the machine's own Debian. As root they are
// installed; without root they are unpacked into .tools/deb, and the lab lays that over its hosts' /usr.
import { execFile } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { promisify } from "node:util";
import { root } from "./child.ts";

const runFile = promisify(execFile);

/** A command that must be there, and the package that brings it. */
export const tools: readonly (readonly [command: string, debianPackage: string])[] = [
  ["ip", "iproute2"],
  ["dhclient", "isc-dhcp-client"],
  ["udhcpc", "udhcpc"],
  ["dhcpcd", "dhcpcd-base"],
  ["perfdhcp", "kea-admin"],
  ["tcpdump", "tcpdump"],
  ["tshark", "tshark"],
  ["nft", "nftables"],
  ["faketime", "faketime"],
  ["ethtool", "ethtool"],
  ["curl", "curl"],
  ["openssl", "openssl"],
  ["mkfs.ext4", "e2fsprogs"],
  ["tftp", "tftp-hpa"],
  ["atftp", "atftp"],
  ["busybox", "busybox"],
  ["qemu-system-x86_64", "qemu-system-x86"],
  ["qemu-system-aarch64", "qemu-system-arm"],
];

/** Only `./run test boot` has machines of this kind. */
const askedFor = new Set(["qemu-system-aarch64"]);
const usual = tools.map(([command]) => command).filter((command) => !askedFor.has(command));

/** Where packages are unpacked when we may not install them. */
export const unpacked = `${root}.tools/deb`;

const folders = ["usr/local/sbin", "usr/local/bin", "usr/sbin", "usr/bin", "sbin", "bin"];

export function has(command: string): boolean {
  return ["/", `${unpacked}/`].some((top) =>
    folders.some((folder) => isProgram(`${top}${folder}/${command}`)),
  );
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What is not on this machine, of the commands, or of those that the tests usually need. */
export function missingOf(commands: readonly string[] = usual): typeof tools {
  return tools.filter(([command]) => commands.includes(command) && !has(command));
}

/**
 * Brings what is missing of the commands (of the usual ones when none are named), and says so.
 * @throws Error with apt's words when a package cannot be had.
 */
export async function ensureTools(say: (line: string) => void, commands?: readonly string[]): Promise<void> {
  const missing = missingOf(commands).map(([, debianPackage]) => debianPackage);
  if (missing.length === 0) return;
  const asRoot = process.getuid?.() === 0;
  const started = Date.now();
  say(`${asRoot ? "installing" : "unpacking into .tools/deb"} the Debian packages ${missing.join(" ")}`);
  if (asRoot) await install(missing);
  else await unpack(missing);
  const still = missingOf(commands);
  if (still.length > 0) throw new Error(`apt brought no ${still.map(([command]) => command).join(", ")}`);
  say(`… done in ${Math.round((Date.now() - started) / 1000)} s`);
}

/** For what works without some of them: says what could not be had, on stderr, as stdout is for programs. */
export async function ensureWherePossible(commands: readonly string[]): Promise<void> {
  try {
    await ensureTools((line) => console.error(line), commands);
  } catch (cause) {
    console.error(`run: not every Debian package could be had: ${(cause as Error).message.trim()}`);
  }
}

// None of these packages starts a service; `--no-install-recommends` keeps it so.
async function install(packages: readonly string[]): Promise<void> {
  if (!hasLists("/var/lib/apt/lists")) await apt(["update"]);
  try {
    await apt(["install", "-y", "--no-install-recommends", ...packages]);
  } catch {
    // Lists that are weeks old name versions that the mirror no longer has.
    await apt(["update"]);
    await apt(["install", "-y", "--no-install-recommends", ...packages]);
  }
}

/** Packages and what they depend on and is not here, unpacked but not installed: nothing of them is started. */
export async function unpack(packages: readonly string[], into: string = unpacked): Promise<void> {
  const at = `${root}.tools/apt`;
  rmSync(at, { recursive: true, force: true });
  for (const folder of [`${at}/lists/partial`, `${at}/cache/archives/partial`, into])
    mkdirSync(folder, { recursive: true });
  const own = [`Dir::State::lists=${at}/lists`, `Dir::Cache=${at}/cache`, "Debug::NoLocking=1"].flatMap(
    (option) => ["-o", option],
  );
  await apt([...own, "update"]);
  await apt([...own, "install", "-y", "--download-only", "--no-install-recommends", ...packages]);
  const archives = `${at}/cache/archives`;
  for (const file of readdirSync(archives).filter((name) => name.endsWith(".deb"))) {
    await runFile("dpkg-deb", ["-x", `${archives}/${file}`, into]);
  }
  rmSync(at, { recursive: true, force: true });
}

function hasLists(folder: string): boolean {
  return existsSync(folder) && readdirSync(folder).some((name) => /_(Packages|InRelease)/.test(name));
}

// Mirrors have bad moments, and another apt may hold the lock.
async function apt(args: readonly string[]): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", NEEDRESTART_SUSPEND: "1" };
  const words = ["-q", "-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=3", ...args];
  for (let attempt = 1; ; attempt++) {
    try {
      await runFile("apt-get", words, { env, maxBuffer: 1 << 26 });
      return;
    } catch (cause) {
      if (attempt === 3) throw cause;
      await new Promise((resolve) => setTimeout(resolve, attempt * 3000));
    }
  }
}
