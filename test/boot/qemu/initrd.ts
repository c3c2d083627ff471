// An initrd made here: busybox, the modules for the network card, and an init that takes an address as an installed system does, says who
// it is, and waits. The archive is cpio's "new ASCII" format, as Documentation/driver-api/early-userspace/buffer-format.rst of Linux has it.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { firmwareOf } from "../../run/firmware-packages.ts";

interface Entry {
  readonly path: string;
  /** Type and permissions, as stat(2) has them. */
  readonly mode: number;
  readonly content?: Uint8Array | string;
}

const FOLDER = 0o040755;
const PROGRAM = 0o100755;
const FILE = 0o100644;
const MODULES = [
  "virtio_ring",
  "virtio",
  "virtio_pci_legacy_dev",
  "virtio_pci_modern_dev",
  "virtio_pci",
  "failover",
];
const CARD = [...MODULES, "net_failover", "virtio_net", "af_packet"];

const INIT = `#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
for module in ${CARD.join(" ")}; do [ ! -f /lib/$module.ko ] || insmod /lib/$module.ko; done
ip link set eth0 up
udhcpc -n -q -t 20 -T 1 -i eth0 -O hostname -s /bin/bound
echo "Userspace of $(hostname) at $(ip -4 -o address show dev eth0 | sed 's/.*inet \\([0-9.]*\\).*/\\1/'), told $(cat /proc/cmdline)"
while :; do sleep 60; done
`;

// What udhcpc runs at each of its events, with what it was told in the environment.
const BOUND = `#!/bin/busybox sh
[ "$1" = bound ] || exit 0
ip address add "$ip/$mask" dev "$interface"
hostname "$hostname"
`;

/** The kernel of Debian's cloud image, and its modules for QEMU's network card. */
function kernelFile(): string {
  const folder = `${firmwareOf("bookworm")}/boot`;
  return join(folder, readdirSync(folder).find((name) => name.startsWith("vmlinuz-"))!);
}

function initrd(): Buffer {
  const busybox = readFileSync(`${firmwareOf("bookworm")}/bin/busybox`);
  return archive([
    ...["bin", "proc", "sys", "lib", "dev"].map((path) => ({ path, mode: FOLDER })),
    { path: "bin/busybox", mode: PROGRAM, content: busybox },
    { path: "init", mode: PROGRAM, content: INIT },
    { path: "bin/bound", mode: PROGRAM, content: BOUND },
    ...modules(),
  ]);
}

/** As the profiles of the tests name them. Made when they are asked for: not every machine has the packages. */
export const linuxFiles = (): Readonly<Record<string, string | Buffer>> => ({
  "linux/vmlinuz": kernelFile(),
  "linux/initrd": initrd(),
});

function modules(): Entry[] {
  const top = `${firmwareOf("bookworm")}/lib/modules`;
  const kernel = `${top}/${readdirSync(top)[0]}/kernel`;
  const files = existsSync(kernel) ? readdirSync(kernel, { recursive: true, encoding: "utf8" }) : [];
  return CARD.flatMap((name) => {
    const file = files.find((each) => each.endsWith(`/${name}.ko`));
    return file ? [{ path: `lib/${name}.ko`, mode: FILE, content: readFileSync(join(kernel, file)) }] : [];
  });
}

function archive(entries: readonly Entry[]): Buffer {
  const all = [...entries, { path: "TRAILER!!!", mode: 0 }];
  return Buffer.concat(all.flatMap((entry, index) => record(entry, index + 1)));
}

// Magic and thirteen numbers of eight hex digits; the name with its NUL, and the content, each filled up to four octets.
function record({ path, mode, content = "" }: Entry, inode: number): Buffer[] {
  const name = Buffer.from(`${path}\0`);
  const body = Buffer.from(content as Uint8Array);
  const numbers = [inode, mode, 0, 0, 1, 0, body.length, 0, 0, 0, 0, name.length, 0];
  const head = `070701${numbers.map((number) => number.toString(16).padStart(8, "0")).join("")}`;
  return [padded(Buffer.concat([Buffer.from(head), name])), padded(body)];
}

const padded = (octets: Buffer) => Buffer.concat([octets, Buffer.alloc(-octets.length & 3)]);
