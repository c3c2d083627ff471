// The other servers, from the machine's own Debian. They are unpacked and never installed: installed, their services would
// start and answer on the machine's own network.
import { existsSync, readdirSync } from "node:fs";
import { root } from "../run/child.ts";
import { has, unpack } from "../run/debian-packages.ts";

const at = `${root}.tools/rivals`;
const PACKAGES = ["kea-dhcp4-server", "kea-common", "dnsmasq-base"];

/** Brings what is missing, and says so. */
export async function ensureRivals(say: (line: string) => void): Promise<void> {
  const missing = ["kea-dhcp4", "dnsmasq"].filter((command) => fileOf(`sbin/${command}`) === undefined);
  if (missing.length === 0) return;
  say(`unpacking into .tools/rivals the Debian packages ${PACKAGES.join(" ")}`);
  await unpack(PACKAGES, at);
  if (!has("perfdhcp")) throw new Error("perfdhcp is not here: `apt-get install kea-admin` brings it.");
}

const BOOT_PACKAGES = ["dnsmasq-base", "tftpd-hpa", "nginx", "wrk"];

/** What serves boot files elsewhere, and what asks. */
export async function ensureBootRivals(say: (line: string) => void): Promise<void> {
  const commands = ["dnsmasq", "in.tftpd", "nginx", "wrk"];
  if (commands.every((command) => programOf(command) !== undefined)) return;
  say(`unpacking into .tools/rivals the Debian packages ${BOOT_PACKAGES.join(" ")}`);
  await unpack(BOOT_PACKAGES, at);
}

const programOf = (command: string) => fileOf(`sbin/${command}`) ?? fileOf(`bin/${command}`);

/** A program of theirs. */
export function rivalProgram(command: string): string {
  const file = programOf(command);
  if (file) return file;
  throw new Error(`${command} is neither in ${at} nor on this machine.`);
}

/** A hook library of Kea. */
export function keaHook(library: string): string {
  for (const folder of libraryFolders("/kea/hooks")) {
    if (existsSync(`${folder}/${library}`)) return `${folder}/${library}`;
  }
  throw new Error(`Kea's hook ${library} is neither in ${at} nor on this machine.`);
}

/** What lets them find the libraries that were unpacked with them. */
export const rivalEnvironment = (): Record<string, string> => ({
  LD_LIBRARY_PATH: libraryFolders("").join(":"),
});

const tops = [at, ""];

const fileOf = (path: string) => tops.map((top) => `${top}/usr/${path}`).find((file) => existsSync(file));

function libraryFolders(inside: string): string[] {
  return tops.flatMap((top) => {
    const lib = `${top}/usr/lib`;
    const architectures = existsSync(lib)
      ? readdirSync(lib).filter((name) => name.endsWith("-linux-gnu"))
      : [];
    return architectures.map((name) => `${lib}/${name}${inside}`).filter((folder) => existsSync(folder));
  });
}
