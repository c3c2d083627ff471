// A disk of its own for a node's store, in a lab that was built with disks: an ext4 image. So it can be full, and power
// can be cut: the image holds only what was flushed to it, so a copy of it is what a machine finds when power comes back.
// What was written and not fsynced is in the kernel's cache, and is not in the copy: ext4 commits its journal by itself
// only every five minutes here, and the kernel writes data back after 30 s at the earliest.
import { renameSync, truncateSync, writeFileSync } from "node:fs";
import { entering } from "./host.ts";
import type { LabHost } from "./layout.ts";
import { must, shell } from "./shell.ts";
import type { LabState } from "./state.ts";

const MEGABYTE = 1 << 20;
const COMMIT_SECONDS = 300;
const BALLAST = "ballast";

export const storeOf = (state: LabState, host: LabHost): string => `${state.directory}/stores/${host.name}`;
const imageOf = (state: LabState, host: LabHost) => `${storeOf(state, host)}.img`;

/** Makes the disk and mounts it where the host's store is; seen on that host only. */
export async function makeDisk(state: LabState, host: LabHost, megabytes: number): Promise<void> {
  const image = imageOf(state, host);
  writeFileSync(image, "");
  truncateSync(image, megabytes * MEGABYTE);
  await must(["mkfs.ext4", "-q", "-F", "-m", "0", "-E", "lazy_itable_init=0,lazy_journal_init=0", image]);
  await mount(state, host);
}

async function mount(state: LabState, host: LabHost): Promise<void> {
  const store = storeOf(state, host);
  const options = `loop,commit=${COMMIT_SECONDS}`;
  await onHost(state, host, 'mkdir -p "$0" && mount -o "$1" "$2" "$0"', store, options, imageOf(state, host));
}

/** Nothing more can be written. */
export async function fillDisk(state: LabState, host: LabHost): Promise<void> {
  // Reserved at once as far as there is room, and the last blocks by hand.
  const script = `fallocate -l "$(df -B1 --output=avail "\${0%/*}" | tail -n 1)" "$0" 2>/dev/null || true
cat /dev/zero >>"$0.rest" 2>/dev/null || true; sync -f "$0"`;
  await onHost(state, host, script, ballastOf(state, host));
}

export async function freeDisk(state: LabState, host: LabHost): Promise<void> {
  await onHost(state, host, 'rm -f "$0" "$0.rest"', ballastOf(state, host));
}

const ballastOf = (state: LabState, host: LabHost) => `${requireDisk(state, host)}/${BALLAST}`;

function requireDisk(state: LabState, host: LabHost): string {
  if (state.diskMegabytes !== undefined) return storeOf(state, host);
  throw new Error(`${host.name} has no disk of its own: build the lab with \`up --disks\`.`);
}

/** What has reached the disk at this moment, kept aside: nothing that is written or synced later is in it. */
export async function freezeDisk(state: LabState, host: LabHost): Promise<void> {
  requireDisk(state, host);
  const image = imageOf(state, host);
  await must(["cp", "--sparse=always", image, `${image}.frozen`]);
}

/** Puts what was kept aside in the disk's place, and mounts it as after a power cut. Nothing may run on it. */
export async function thawDisk(state: LabState, host: LabHost): Promise<void> {
  await onHost(state, host, 'umount "$0"', storeOf(state, host));
  renameSync(`${imageOf(state, host)}.frozen`, imageOf(state, host));
  await mount(state, host);
}

async function onHost(
  state: LabState,
  host: LabHost,
  script: string,
  ...words: readonly string[]
): Promise<void> {
  const argv = [...entering(state.holders[host.name]!), "sh", "-c", script, ...words];
  const { code, stderr } = await shell(argv);
  if (code !== 0) throw new Error(`The disk of ${host.name}: ${stderr.trim()}`);
}
