// Who serves boot files in `./run bench boot`: ours, and what sites have today; each alone on a host of a lab, with the same files.
import { mkdirSync, writeFileSync } from "node:fs";
import { Lab } from "../../lab/lab.ts";
import { bootFolder } from "../../lab/layout.ts";
import { must } from "../../lab/shell.ts";
import { root } from "../../run/child.ts";
import { startRival } from "../contestants/rival.ts";
import type { ProcessGroups } from "../cpu.ts";
import { rivalEnvironment, rivalProgram } from "../rivals.ts";
import { awaitHttp, awaitTftp } from "./served.ts";

export type Way = "tftp" | "http";

export interface ServedFolder {
  readonly lab: Lab;
  readonly folder: string;
  readonly groups: ProcessGroups;
  readonly httpUrl: string;
  /** Of a machine, or a file of the same size. */
  readonly scriptPaths: readonly string[];
}

export interface BootContestant {
  readonly name: string;
  readonly title: string;
  readonly ways: readonly Way[];
  /** Whether it takes option windowsize (RFC 7440). */
  readonly hasWindows: boolean;
  readonly settings: string;
  version(): Promise<string>;
  start(labName: string): Promise<ServedFolder>;
}

export const SERVER = "n1";
const MACHINES = [1, 2, 3, 4].map((n) => `02:1e:a5:0c:00:0${n}`);
export const STATIC_SCRIPT = "script.ipxe";

const firstLine = async (argv: readonly string[]) => {
  const said = await must(["sh", "-c", '"$@" 2>&1', "sh", ...argv], { env: rivalEnvironment() });
  return said.split("\n")[0]!.replace(/\s+Copyright.*/, "");
};

const bootd: BootContestant = {
  name: "bootd",
  title: "Leasehold bootd",
  ways: ["tftp", "http"],
  hasWindows: true,
  settings: "as it is without any setting, beside a node and a NATS server that have nothing to do",
  version: async () => `Leasehold on Node ${process.version}`,
  async start(name) {
    const lab = await Lab.up({
      ...{ name, nodes: 1, clients: 1, boot: true },
      network: `${root}test/e2e/networks/boot.yaml`,
      inventory: `${root}test/e2e/inventories/four-nodes.json`,
    });
    const httpUrl = `http://${lab.host(SERVER).address}:8069`;
    const { pid } = lab.processes()[SERVER]!.bootd!;
    const scriptPaths = MACHINES.map((mac) => `/boot/ipxe?mac=${mac}`);
    return { lab, folder: bootFolder(lab.state), groups: { bootd: [pid] }, httpUrl, scriptPaths };
  },
};

async function rival(
  name: string,
  argv: (folder: string, lab: Lab) => readonly string[],
): Promise<ServedFolder> {
  const lab = await Lab.empty({ name, nodes: 1, clients: 1 });
  const folder = bootFolder(lab.state);
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/there`, "there\n");
  const { pid } = startRival(lab, SERVER, argv(folder, lab));
  const httpUrl = `http://${lab.host(SERVER).address}:8069`;
  return { lab, folder, groups: { server: [pid] }, httpUrl, scriptPaths: [`/${STATIC_SCRIPT}`] };
}

const dnsmasq: BootContestant = {
  name: "dnsmasq",
  title: "dnsmasq",
  ways: ["tftp"],
  hasWindows: false,
  settings: "`enable-tftp` and nothing else",
  version: () => firstLine([rivalProgram("dnsmasq"), "--version"]),
  async start(name) {
    const served = await rival(name, (folder) => [
      ...[
        "dnsmasq",
        "--conf-file=/dev/null",
        "--keep-in-foreground",
        "--user=root",
        "--pid-file=",
        "--port=0",
      ],
      ...["--log-facility=-", "--quiet-tftp", "--enable-tftp", `--tftp-root=${folder}`, "--tftp-max=1000"],
    ]);
    await awaitTftp(served.lab);
    return served;
  },
};

const tftpdHpa: BootContestant = {
  name: "tftpd-hpa",
  title: "tftpd-hpa",
  ways: ["tftp"],
  hasWindows: false,
  settings: "`--secure`; a process for each transfer",
  version: () => firstLine([rivalProgram("in.tftpd"), "--version"]),
  async start(name) {
    const served = await rival(name, (folder) => [
      ...["in.tftpd", "--foreground", "--listen", "--user", "root", "--secure", folder],
    ]);
    await awaitTftp(served.lab);
    return served;
  },
};

const nginx: BootContestant = {
  name: "nginx",
  title: "nginx",
  ways: ["http"],
  hasWindows: false,
  settings: "one worker, `sendfile`, `tcp_nopush`, no log of requests",
  version: () => firstLine([rivalProgram("nginx"), "-v"]),
  async start(name) {
    const served = await rival(name, (folder, lab) => {
      const file = `${lab.state.directory}/nginx.conf`;
      writeFileSync(file, nginxConfiguration(folder, lab.state.directory));
      return ["nginx", "-c", file, "-e", `${lab.state.directory}/nginx.log`];
    });
    await awaitHttp(served.lab, `${served.httpUrl}/there`);
    return served;
  },
};

const nginxConfiguration = (folder: string, own: string): string => {
  const folders = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${own}/nginx-${name};`,
  );
  return `user root; worker_processes 1; daemon off; pid ${own}/nginx.pid;
events { worker_connections 4096; }
http {
  sendfile on; tcp_nopush on; access_log off; keepalive_requests 1000000;
  ${folders.join(" ")}
  server { listen 8069 backlog=4096; root ${folder}; }
}
`;
};

export const bootContestants: readonly BootContestant[] = [bootd, dnsmasq, tftpdHpa, nginx];
