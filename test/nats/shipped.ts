// One NATS server, or three, with the accounts, users and permissions that are shipped (infra/nats/leasehold.conf): only where it
// listens is another place, so that several tests can run on a machine.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ended, freePorts } from "./cluster.ts";

const FETCHED = fileURLToPath(new URL("../../.tools/bin/nats-server", import.meta.url));
const SHIPPED = fileURLToPath(new URL("../../infra/nats/leasehold.conf", import.meta.url));

export const ROLES = ["admin", "dhcpd", "syncer", "bootd"] as const;
export type Role = (typeof ROLES)[number];

export interface ShippedNats {
  readonly servers: readonly string[];
  readonly passwords: Readonly<Record<Role | "sys", string>>;
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

export async function startShippedNats(size: 1 | 3 = 1): Promise<ShippedNats> {
  const directory = mkdtempSync(join(tmpdir(), "leasehold-shipped-"));
  const ports = await freePorts(size * 2);
  const routes = ports.slice(size).map((port) => `nats://route:routePassword@127.0.0.1:${port}`);
  const binary = existsSync(FETCHED) ? FETCHED : "nats-server";
  const processes = routes.map((_, i) => {
    const file = join(directory, `n${i + 1}.conf`);
    writeFileSync(file, configuration(ports[i]!, ports[size + i]!, size > 1));
    const env = {
      ...process.env,
      NATS_NAME: `n${i + 1}`,
      NATS_STORE: join(directory, `n${i + 1}`),
      NATS_STORE_MAX: "1G",
      NATS_ROUTES: JSON.stringify(routes),
      NATS_ROUTE_PASSWORD: "routePassword",
      NATS_SYS_PASSWORD: "sysPassword",
      NATS_ADMIN_PASSWORD: "adminPassword",
      NATS_DHCPD_PASSWORD: "dhcpdPassword",
      NATS_SYNCER_PASSWORD: "syncerPassword",
      NATS_BOOTD_PASSWORD: "bootdPassword",
    };
    return spawn(binary, ["-c", file, "-l", join(directory, `n${i + 1}.log`)], { stdio: "ignore", env });
  });
  return {
    servers: ports.slice(0, size).map((port) => `nats://127.0.0.1:${port}`),
    passwords: {
      admin: "adminPassword",
      dhcpd: "dhcpdPassword",
      syncer: "syncerPassword",
      bootd: "bootdPassword",
      sys: "sysPassword",
    },
    pids: processes.map(({ pid }) => pid!),
    stop: async () => {
      await Promise.all(processes.map((one: ChildProcess) => ended(one)));
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function configuration(port: number, routePort: number, isCluster: boolean): string {
  let text = readFileSync(SHIPPED, "utf8")
    .replace("listen: 0.0.0.0:4222", `listen: "127.0.0.1:${port}"`)
    .replace("listen: 0.0.0.0:6222", `listen: "127.0.0.1:${routePort}"`)
    .replace(/^http: .*$/m, "");
  // A server without others is no cluster: JetStream would wait for them.
  if (!isCluster) text = text.replace(/^cluster \{.*?^\}$/ms, "");
  return text;
}
