// A syncer and a dhcpd as they are shipped, as processes beside a real nats-server: dhcpd serves the loopback interface, where a
// relay agent asks it. The fuzzer of messages and records runs against them.
import { spawn } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { decode, type Mac, MessageType, type Packet, parseIpv4 } from "@leasehold/protocol";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { discover, select } from "../lab/messages.ts";
import { typescript } from "../lab/service.ts";
import { until } from "../lab/shell.ts";
import { ended, freePorts } from "../nats/cluster.ts";
import { type ShippedNats, startShippedNats } from "../nats/shipped.ts";

const TOKEN = "fuzz";
const LOOPBACK = "127.0.0.1";
/** A giaddr is an address that a host can have. The machine's own ones are on its loopback, too. */
const RELAY = Object.values(networkInterfaces())
  .flatMap((addresses = []) => addresses)
  .find(({ family, internal }) => family === "IPv4" && !internal)?.address;
/** RFC 8357: the answer goes to the port that the relay agent sends from. */
const RELAY_SOURCE_PORT = Uint8Array.of(19, 0);
const REPLY_WITHIN_MS = 1000;
const SAID_MAX = 100_000;

/** Records of 10.0.0.0/24 may be anything; who asks by the relay agent gets an address of the other subnet. */
export const DOCUMENT = {
  version: 1,
  defaults: { lease: { seconds: 600 } },
  subnets: [
    { id: "lan", prefix: "10.0.0.0/24", pools: [{ range: "10.0.0.10-10.0.0.99" }] },
    { id: "far", prefix: "10.20.0.0/16", relays: [RELAY!], pools: [{ range: "10.20.0.10-10.20.9.255" }] },
  ],
};

export interface LiveNode {
  readonly nats: ShippedNats;
  /** A connection as this user, which may publish what the role may. */
  as(user: "dhcpd" | "syncer"): Promise<NatsConnection>;
  /** DISCOVER to ACK of a client that nobody knows; how long it took, in ms. */
  lease(): Promise<number>;
  /** What the node counts, by the metric's name with its labels. */
  metrics(): Promise<ReadonlyMap<string, number>>;
  /** Undefined when it is ready. */
  notReady(): Promise<string | undefined>;
  /** The lists of the API that are not answered with 200: none fails for one row of nonsense. */
  failingLists(): Promise<readonly string[]>;
  /** The ids that the NATS server gave to the connections of n1 and of the syncer: another one is another connection. */
  connections(): Promise<Readonly<Record<string, number>>>;
  /** Resident memory in MiB, by process; 0 when it has ended. */
  memory(): Readonly<Record<"dhcpd" | "syncer" | "nats", number>>;
  /** The last that dhcpd and syncer wrote. */
  words(): string;
  stop(): Promise<void>;
}

/** @throws Error where it does not come up, or the machine has no address but that of its loopback. */
export async function startLiveNode(): Promise<LiveNode> {
  if (RELAY === undefined)
    throw new Error(
      "This machine has no IPv4 address but 127.0.0.1, and a relay agent needs one. Give one of its interfaces an address.",
    );
  const folder = mkdtempSync(join(tmpdir(), "leasehold-fuzz-"));
  const nats = await startShippedNats(1);
  const [api, dhcp, syncerApi] = (await freePorts(3)) as [number, number, number];
  const files = new Files(folder, nats);
  const running: Program[] = [];
  const run = (program: string, ...args: string[]) => {
    const one = new Program([...typescript(program), ...args]);
    running.push(one);
    return one;
  };
  const stop = async () => {
    await Promise.all(running.map((one) => one.stop()));
    await nats.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const server = `http://127.0.0.1:${api}`;
    const ctl = async (...args: string[]) => {
      const env = { LEASEHOLD_NATS_PASSWORD: nats.passwords.admin };
      const one = new Program(
        [...typescript("apps/ctl/src/main.ts"), ...args, "-s", server, "--token", TOKEN],
        env,
      );
      await one.ends();
    };
    await ctl("init", "--nats", nats.servers[0]!, "--user", "admin", "--replicas", "1");
    const dhcpd = run("apps/dhcpd/src/main.ts", files.node(api, dhcp));
    const syncer = run("apps/syncer/src/main.ts", files.syncer(syncerApi));
    await until("its API answers", 30, async () => (await statusOf(`${server}/livez`)) === 200);
    await until("it takes the document", 30, async () => {
      await ctl("apply", files.document(), "--yes");
      return true;
    });
    await until("it is ready", 30, async () => (await statusOf(`${server}/readyz`)) === 200);
    const client = await Asking.open(dhcp);
    return {
      nats,
      as: (user) => connect({ name: "fuzz", servers: [...nats.servers], user, pass: nats.passwords[user] }),
      lease: () => client.lease(),
      metrics: () => metricsOf(server),
      async notReady() {
        const response = await fetch(`${server}/readyz`).catch(() => undefined);
        if (response?.status === 200) return undefined;
        return response === undefined ? "its API does not answer" : await response.text();
      },
      failingLists: () => failingListsOf(server),
      connections: () => connectionsOf(nats),
      memory: () => ({
        dhcpd: dhcpd.mebibytes(),
        syncer: syncer.mebibytes(),
        nats: mebibytesOf(nats.pids[0]!),
      }),
      words: () => running.map((one) => one.words()).join("\n"),
      stop: async () => {
        client.close();
        await stop();
      },
    };
  } catch (cause) {
    const words = running.map((one) => one.words()).join("\n");
    await stop();
    throw new Error(`The node does not come up; it said: ${words}`, { cause });
  }
}

class Files {
  private readonly folder: string;
  private readonly nats: ShippedNats;

  constructor(folder: string, nats: ShippedNats) {
    this.folder = folder;
    this.nats = nats;
  }

  private write(name: string, content: object): string {
    const file = join(this.folder, name);
    writeFileSync(file, JSON.stringify(content), { mode: 0o600 });
    return file;
  }

  private login(user: "dhcpd" | "syncer") {
    return { servers: this.nats.servers, user, password: this.nats.passwords[user] };
  }

  node(api: number, dhcp: number): string {
    return this.write("node.yaml", {
      ...{ name: "n1", interfaces: ["lo"], nats: this.login("dhcpd"), dhcp: { port: dhcp } },
      api: { listen: `127.0.0.1:${api}`, token: TOKEN },
    });
  }

  /** Its source is not there: it follows what is stored, and writes nothing itself. */
  syncer(api: number): string {
    return this.write("syncer.yaml", {
      ...{ name: "s1", nats: this.login("syncer"), sources: [{ type: "smd", url: "http://127.0.0.1:1" }] },
      api: { listen: `127.0.0.1:${api}`, token: TOKEN },
    });
  }

  document = () => this.write("network.yaml", DOCUMENT);
}

class Program {
  private readonly child: ReturnType<typeof spawn>;
  private said = "";

  constructor([program, ...args]: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.child = spawn(program!, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...env },
    });
    for (const stream of [this.child.stdout!, this.child.stderr!])
      stream.on("data", (chunk: Buffer) => {
        this.said = (this.said + chunk.toString()).slice(-SAID_MAX);
      });
  }

  words = () => this.said;

  async ends(): Promise<void> {
    await until("it ends", 30, async () => this.child.exitCode !== null);
    if (this.child.exitCode !== 0) throw new Error(this.said);
  }

  mebibytes = () => (this.child.exitCode === null ? mebibytesOf(this.child.pid!) : 0);

  stop = () => ended(this.child as Parameters<typeof ended>[0]);
}

function mebibytesOf(pid: number): number {
  try {
    const [, kibibytes] = /^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return Math.round(Number(kibibytes ?? 0) / 1024);
  } catch {
    return 0;
  }
}

async function statusOf(url: string): Promise<number> {
  return (await fetch(url).catch(() => undefined))?.status ?? 0;
}

const LISTS = ["leases", "hosts", "cluster", "network", "network/history"];

async function failingListsOf(server: string): Promise<string[]> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const answers = await Promise.all(
    LISTS.map(async (list) => {
      const response = await fetch(`${server}/api/v1/${list}`, { headers }).catch(() => undefined);
      await response?.arrayBuffer();
      return response?.status === 200 ? [] : [`${list}: ${response?.status ?? "no answer"}`];
    }),
  );
  return answers.flat();
}

async function metricsOf(server: string): Promise<ReadonlyMap<string, number>> {
  const response = await fetch(`${server}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } });
  const lines = (await response.text()).matchAll(/^([a-z_]+(?:\{[^}]*\})?) (\S+)$/gm);
  return new Map([...lines].map(([, name, value]) => [name!, Number(value)]));
}

async function connectionsOf({ servers, passwords }: ShippedNats): Promise<Record<string, number>> {
  const system = await connect({ servers: [...servers], user: "sys", pass: passwords.sys });
  try {
    const answer = await system.request("$SYS.REQ.SERVER.PING.CONNZ", "{}", { timeout: 5000 });
    const { data } = answer.json<{ data: { connections: { cid: number; name?: string }[] } }>();
    return Object.fromEntries(
      data.connections.flatMap(({ cid, name }) => (name === "n1" || name === "s1" ? [[name, cid]] : [])),
    );
  } finally {
    await system.close();
  }
}

/** A relay agent on loopback, and one new client after the other behind it. */
class Asking {
  private readonly socket: Socket;
  private readonly port: number;
  private xid = 0x0f000000;
  private onReply: (packet: Packet) => void = () => {};

  private constructor(socket: Socket, port: number) {
    this.socket = socket;
    this.port = port;
    socket.on("message", (bytes) => {
      const decoded = decode(bytes);
      if (decoded.ok) this.onReply(decoded.packet);
    });
  }

  static async open(port: number): Promise<Asking> {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve) => socket.bind(0, RELAY!, resolve));
    return new Asking(socket, port);
  }

  close(): void {
    this.socket.close();
  }

  async lease(): Promise<number> {
    const began = performance.now();
    const xid = ++this.xid;
    const mac = `02:f0:${(xid >>> 0).toString(16).padStart(8, "0").match(/../g)!.join(":")}` as Mac;
    const sender = { mac, xid, giaddr: parseIpv4(RELAY!)!, relayAgent: RELAY_SOURCE_PORT };
    const offer = await this.ask(xid, discover(sender), MessageType.OFFER);
    await this.ask(xid, select(sender, offer), MessageType.ACK);
    return performance.now() - began;
  }

  /** Once a second, as a client does. @throws Error when nothing comes in ten. */
  private ask(xid: number, bytes: Uint8Array, wanted: number): Promise<Packet> {
    return until("DHCP answers", 10, async () => {
      this.socket.send(bytes, this.port, LOOPBACK);
      return new Promise<Packet | undefined>((resolve) => {
        const timer = setTimeout(resolve, REPLY_WITHIN_MS, undefined);
        this.onReply = (packet) => {
          if (packet.xid !== xid || packet.messageType !== wanted) return;
          clearTimeout(timer);
          resolve(packet);
        };
      });
    });
  }
}
