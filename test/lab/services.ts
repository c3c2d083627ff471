// What runs on the lab's hosts, in the order in which it is started.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { byHostClock } from "./clock.ts";
import { storeOf } from "./disk.ts";
import { statusOnLoopback } from "./host.ts";
import {
  BOOT_API_PORT,
  BOOT_HTTP_PORT,
  bootDoor,
  bootFolder,
  type LabHost,
  NODE_API_PORT,
  root,
  SMD_PORT,
  SYNCER_API_PORT,
} from "./layout.ts";
import { type Service, statusAt, typescript } from "./service.ts";
import { type LabState, type NatsUser, nodesOf } from "./state.ts";
import { BOOTD_UNIT, environmentOf, NATS_UNIT, scheduledBy } from "./systemd-unit.ts";

/** Every NATS server, the host's own first. */
export function natsServers(state: LabState, first: string): string[] {
  const nodes = nodesOf(state).toSorted((a, b) => Number(b.name === first) - Number(a.name === first));
  return nodes.map(({ address }) => `nats://${address}:4222`);
}

const SHIPPED = `${root}infra/nats/leasehold.conf`;

/** What is shipped, or a copy of it for a lab that is unlike other sites. */
function natsConfiguration(state: LabState): string {
  const { directory, syncInterval } = state;
  const isAlone = nodesOf(state).length === 1;
  if (!isAlone && syncInterval === undefined) return SHIPPED;
  let text = readFileSync(SHIPPED, "utf8");
  // A server without others is no cluster: JetStream would wait for them.
  if (isAlone) text = text.replace(/^cluster \{.*?^\}$/ms, "");
  if (syncInterval !== undefined)
    text = text.replace(/sync_interval: .*/, `sync_interval: ${JSON.stringify(syncInterval)}`);
  const file = `${directory}/nats.conf`;
  writeFileSync(file, text);
  return file;
}

const nats: Service = {
  name: "nats",
  role: "node",
  command(state, host) {
    const { passwords } = state;
    const routes = nodesOf(state).map(({ address }) => `nats://route:${passwords.route}@${address}:6222`);
    return {
      argv: [
        ...(state.plainNats ? [] : scheduledBy(NATS_UNIT)),
        "nats-server",
        "-c",
        natsConfiguration(state),
      ],
      env: {
        ...(!state.plainNats && environmentOf(NATS_UNIT)),
        NATS_NAME: host.name,
        NATS_STORE: storeOf(state, host),
        NATS_STORE_MAX: "10G",
        NATS_ROUTES: JSON.stringify(routes),
        NATS_ROUTE_PASSWORD: passwords.route,
        NATS_SYS_PASSWORD: passwords.sys,
        NATS_ADMIN_PASSWORD: passwords.admin,
        NATS_DHCPD_PASSWORD: passwords.dhcpd,
        NATS_SYNCER_PASSWORD: passwords.syncer,
        NATS_BOOTD_PASSWORD: passwords.bootd,
      },
    };
  },
  ready: async (state, host) => (await statusOnLoopback(state.holders[host.name]!, 8222, "/healthz")) === 200,
};

const dhcpd: Service = {
  name: "dhcpd",
  role: "node",
  program: "apps/dhcpd/src/main.ts",
  command(state, host) {
    // A lab with another interval is there to show what that costs.
    const durability = state.syncInterval === undefined ? "require" : "warn";
    const { argv } = configured(
      state,
      host,
      dhcpd,
      `name: ${host.name}
interfaces: [eth0${state.lan ? ", lan0" : ""}]
nats: ${natsLogin(state, host, "dhcpd", `monitoring: ["http://127.0.0.1:8222"], durability: ${durability}`)}
api: { listen: "0.0.0.0:${NODE_API_PORT}", token: ${state.token} }
`,
    );
    return { argv: [...byHostClock(state, host), ...argv] };
  },
  ready: async (state, host) => (await statusAt(state.doors[host.name], "/readyz")) === 200,
};

const bootd: Service = {
  name: "bootd",
  role: "node",
  program: "apps/bootd/src/main.ts",
  runsIn: ({ boot }) => boot === true,
  command: (state, host) => ({
    ...configured(
      state,
      host,
      bootd,
      `name: ${host.name}
nats: ${natsLogin(state, host, "bootd")}
api: { listen: "0.0.0.0:${BOOT_API_PORT}", token: ${state.token} }
files: { root: ${bootFolder(state)} }
http: { listen: "0.0.0.0:${BOOT_HTTP_PORT}" }
`,
    ),
    env: environmentOf(BOOTD_UNIT),
  }),
  ready: async (state, host) => (await statusAt(state.doors[bootDoor(host)], "/readyz")) === 200,
};

const smd: Service = {
  name: "smd",
  role: "syncer",
  program: "test/smd-standin/main.ts",
  command: (state) => ({
    argv: [
      ...typescript("test/smd-standin/main.ts"),
      "--listen",
      `0.0.0.0:${SMD_PORT}`,
      "--load",
      inventoryFile(state),
    ],
  }),
  ready: async (state) => (await statusAt(state.doors.smd, "/hsm/v2/State/Components")) === 200,
};

const syncer: Service = {
  name: "syncer",
  role: "syncer",
  program: "apps/syncer/src/main.ts",
  command: (state, host) =>
    configured(
      state,
      host,
      syncer,
      `name: ${host.name}
nats: ${natsLogin(state, host, "syncer")}
api: { listen: ":${SYNCER_API_PORT}", token: ${state.token} }
sources: [{ type: smd, url: "http://127.0.0.1:${SMD_PORT}", pollSeconds: 1, fullSeconds: 30 }]
`,
    ),
  ready: async (state, host) => (await statusAt(state.doors[host.name], "/readyz")) === 200,
};

/** In the order in which they are started. What is not written yet is left out. */
export const services: readonly Service[] = [nats, dhcpd, smd, syncer, bootd].filter(
  ({ program }) => program === undefined || existsSync(root + program),
);

export const servicesOf = (state: LabState, host: LabHost): readonly Service[] =>
  services.filter(({ role, runsIn = () => true }) => role === host.role && runsIn(state));

export const inventoryFile = (state: LabState) => `${state.directory}/inventory.json`;

function configured(state: LabState, host: LabHost, service: Service, text: string) {
  const file = `${state.directory}/${host.name}.${service.name}.yaml`;
  writeFileSync(file, text, { mode: 0o600 });
  return { argv: [...typescript(service.program!), file] };
}

function natsLogin(state: LabState, host: LabHost, user: NatsUser, more = ""): string {
  return `{ servers: ${JSON.stringify(natsServers(state, host.name))}, user: ${user}, password: ${state.passwords[user]}${more && `, ${more}`} }`;
}
