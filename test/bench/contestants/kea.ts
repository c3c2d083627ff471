// Kea's DHCPv4 server: alone, and as a pair with its high-availability hook in both modes in which both partners know
// every lease. Memfile is its fastest store; multi-threading is on, which before 2.4 it is not by itself.
import { createConnection } from "node:net";
import { Lab } from "../../lab/lab.ts";
import { must, until } from "../../lab/shell.ts";
import type { Contestant, Running } from "../contestant.ts";
import { keaHook, rivalEnvironment, rivalProgram } from "../rivals.ts";
import { startRival, storeOf, writeConfiguration } from "./rival.ts";

type Mode = "hot-standby" | "load-balancing";

const version = async () =>
  `Kea ${(await must([rivalProgram("kea-dhcp4"), "-v"], { env: rivalEnvironment() })).trim()}`;

const common = [
  "memfile with `persist` (it never calls fsync), multi-threading with a thread a processor and Kea's own queue size; logs only warnings",
];

export const kea: Contestant = {
  name: "kea",
  title: "Kea alone",
  startRate: 4000,
  settings: ["one server, one copy", ...common],
  version,
  async start(name) {
    const lab = await Lab.empty({ name });
    return { lab, target: ["n1"], groups: { "kea-dhcp4": [startKea(lab, "n1", undefined)] } };
  },
};

const paired = [
  ...common,
  "libdhcp_ha and libdhcp_lease_cmds, dedicated HTTP listeners and clients with a thread a processor each, heartbeats every 2 s instead of 10, so that the pair starts sooner (under load there are none), delays at Kea's defaults; `parked-packet-limit` raised from 256 to 1024",
];

export const keaHotStandby: Contestant = {
  name: "kea-hot-standby",
  title: "Kea HA, hot-standby",
  startRate: 1000,
  settings: ["two servers, two copies; only the primary is asked", ...paired],
  version,
  start: (name) => startPair(name, "hot-standby"),
};

export const keaLoadBalancing: Contestant = {
  name: "kea-load-balancing",
  title: "Kea HA, load-balancing",
  startRate: 1000,
  settings: [
    "two servers, two copies; each packet goes to both, as this mode requires, and the server responsible for the client answers; the pool is split between them",
    ...paired,
  ],
  version,
  start: (name) => startPair(name, "load-balancing"),
};

async function startPair(name: string, mode: Mode): Promise<Running> {
  const lab = await Lab.empty({ name });
  const groups = { "kea-dhcp4": ["n1", "n2"].map((host) => startKea(lab, host, mode)) };
  const unfitness = async () => {
    const states = await Promise.all(["n1", "n2"].map((host) => haState(lab, host)));
    return states.every((state) => state === mode)
      ? undefined
      : `the partners are in ${states.join(" and ")}`;
  };
  await until(`both partners are in ${mode}`, 60, async () => (await unfitness()) === undefined, 200);
  return { lab, groups, target: mode === "hot-standby" ? ["n1"] : "all", unfitness };
}

function startKea(lab: Lab, host: string, mode: Mode | undefined): number {
  const store = storeOf(lab, host);
  const file = writeConfiguration(lab, host, { Dhcp4: configuration(lab, host, mode) });
  return startRival(lab, host, ["kea-dhcp4", "-c", file], { KEA_LOCKFILE_DIR: store, KEA_PIDFILE_DIR: store })
    .pid;
}

function configuration(lab: Lab, host: string, mode: Mode | undefined) {
  return {
    "interfaces-config": { interfaces: ["eth0"] },
    "control-socket": { "socket-type": "unix", "socket-name": socketOf(lab, host) },
    "multi-threading": { "enable-multi-threading": true, "thread-pool-size": 0, "packet-queue-size": 64 },
    "lease-database": { type: "memfile", persist: true, name: `${storeOf(lab, host)}/leases.csv` },
    "valid-lifetime": 3600,
    authoritative: true,
    ...(mode && { "parked-packet-limit": 1024, "hooks-libraries": hooks(host, mode) }),
    subnet4: [
      {
        id: 1,
        subnet: "10.64.0.0/10",
        pools: mode === "load-balancing" ? SPLIT_POOLS : [{ pool: "10.80.0.0-10.111.255.255" }],
        "option-data": [{ name: "routers", data: "10.77.0.1" }],
      },
    ],
    loggers: [{ name: "kea-dhcp4", severity: "WARN", output_options: [{ output: "stderr" }] }],
  };
}

const SPLIT_POOLS = [
  { pool: "10.80.0.0-10.95.255.255", "client-class": "HA_n1" },
  { pool: "10.96.0.0-10.111.255.255", "client-class": "HA_n2" },
];

function hooks(host: string, mode: Mode) {
  const secondRole = mode === "hot-standby" ? "standby" : "secondary";
  const ha = {
    "this-server-name": host,
    mode,
    "heartbeat-delay": 2000,
    "multi-threading": {
      "enable-multi-threading": true,
      "http-dedicated-listener": true,
      "http-listener-threads": 0,
      "http-client-threads": 0,
    },
    peers: [
      { name: "n1", url: "http://10.77.0.11:8001/", role: "primary" },
      { name: "n2", url: "http://10.77.0.12:8001/", role: secondRole },
    ],
  };
  return [
    { library: keaHook("libdhcp_lease_cmds.so") },
    { library: keaHook("libdhcp_ha.so"), parameters: { "high-availability": [ha] } },
  ];
}

// A UNIX socket belongs to the file system, which the lab's hosts share with us.
const socketOf = (lab: Lab, host: string) => `${storeOf(lab, host)}/control.socket`;

interface Status {
  readonly arguments?: {
    readonly "high-availability"?: readonly [
      { readonly "ha-servers": { readonly local: { readonly state: string } } },
    ];
  };
}

async function haState(lab: Lab, host: string): Promise<string> {
  const status = (await command(socketOf(lab, host), "status-get").catch(() => ({}))) as Status;
  return status.arguments?.["high-availability"]?.[0]["ha-servers"].local.state ?? "unknown";
}

function command(path: string, name: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    let said = "";
    socket.setTimeout(5000, () => socket.destroy(new Error("Kea does not answer on its control socket")));
    socket.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    socket.on("error", reject);
    socket.on("end", () => resolve(JSON.parse(said)));
    socket.write(JSON.stringify({ command: name }));
  });
}
