// A host's own small machine inside its network namespace: a host name, /etc, /run and DHCP state that nobody shares, so
// that no client under test can touch the machine's resolv.conf or another client's leases.
import { existsSync, readFileSync } from "node:fs";
import { type LabHost, root } from "./layout.ts";
import { isAlive, type Process, startDaemon } from "./processes.ts";
import { shell, until } from "./shell.ts";

// Debian packages that were unpacked without root (test/run/debian-packages.ts) appear in the host as if installed.
const SETUP = `set -e
hostname "$1"
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/lab/etc /run/lab/work /run/lock
if [ -d "$2/usr" ]; then mount -t overlay -o "lowerdir=$2/usr:/usr" overlay /usr; fi
lower=/etc; if [ -d "$2/etc" ]; then lower="$2/etc:/etc"; fi
mount -t overlay -o "lowerdir=$lower,upperdir=/run/lab/etc,workdir=/run/lab/work" overlay /etc
rm -f /etc/resolv.conf /etc/hostname; : >/etc/resolv.conf; echo "$1" >/etc/hostname
for each in /var/lib/dhcp /var/lib/dhcpcd /var/lib/misc; do if [ -d $each ]; then mount -t tmpfs tmpfs $each; fi; done
if [ -e /proc/sys/net/ipv6/conf/all/disable_ipv6 ]; then echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6; fi
: >/run/lab/ready
exec sleep infinity`;

/** Starts the process that keeps the host's machine in being; everything on the host enters through it. */
export function startHost(host: LabHost, log: string): Process {
  const argv = [
    "ip",
    "netns",
    "exec",
    host.namespace,
    "unshare",
    "--mount",
    "--uts",
    "sh",
    "-c",
    SETUP,
    "sh",
    host.name,
    `${root}.tools/deb`,
  ];
  return startDaemon(argv, log);
}

/** The words that put a program onto a host. */
export function entering(holder: Process): string[] {
  return ["nsenter", "--target", String(holder.pid), "--net", "--mount", "--uts", "--"];
}

/** @throws Error with what the host said when it could not be set up. */
export async function awaitHost(host: LabHost, holder: Process, log: string): Promise<void> {
  const ready = () => existsSync(`/proc/${holder.pid}/root/run/lab/ready`);
  await until(`host ${host.name} of the lab is set up`, 10, async () => ready() || !isAlive(holder), 10);
  if (!isAlive(holder))
    throw new Error(`Host ${host.name} cannot be set up: ${readFileSync(log, "utf8").trim()}`);
}

/** As above, in a folder of the caller's choice. */
export function enteringAt(holder: Process, folder: string): string[] {
  return [...entering(holder), "sh", "-c", 'cd "$0" 2>/dev/null; exec "$@"', folder];
}

/** GET of a service that listens on the host's 127.0.0.1 only; answers with the HTTP status, 0 when nobody listens. */
export async function statusOnLoopback(holder: Process, port: number, path: string): Promise<number> {
  const script = `exec 3<>/dev/tcp/127.0.0.1/${port} && printf 'GET ${path} HTTP/1.0\\r\\n\\r\\n' >&3 && head -n 1 <&3`;
  const { stdout } = await shell([...entering(holder), "timeout", "2", "bash", "-c", script]);
  return Number(/^HTTP\/\S+ (\d+)/.exec(stdout)?.[1] ?? 0);
}
