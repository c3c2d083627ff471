// A lab in which machines in QEMU boot: its network document, an inventory of its machines, the files that it serves, and a router's
// advertisements on the link. One machine is on at a time: two processors emulate no more.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll } from "vitest";
import { labForTests } from "../../e2e/lab-for-tests.ts";
import { awaitMembers } from "../../lab/contents.ts";
import { entering } from "../../lab/host.ts";
import type { Lab } from "../../lab/lab.ts";
import { startDaemon } from "../../lab/processes.ts";
import { typescript } from "../../lab/service.ts";
import { logOf } from "../../lab/state.ts";
import { readWire, type WireMessage } from "../../lab/wire.ts";
import { BootStandIns } from "./boot-standins.ts";
import { Machine } from "./machine.ts";
import type { MachineKind } from "./machine-kinds.ts";

/** A machine of the inventory, and what the cluster is to boot it with. */
export interface BootHost {
  readonly name: string;
  readonly kind: MachineKind;
  /** `boot` of a class of its own in the network document. */
  readonly boot?: object;
  /** What comes after the line that names host, address and node. */
  readonly script?: readonly string[];
}

export const URLS = ["http://10.77.0.11:8069", "http://10.77.0.12:8069", "http://10.77.0.13:8069"];

export const xnameOf = (index: number) => `x1000c0s${index}b0n0`;
export const macOf = (index: number) => `02:1e:a5:b0:00:${(index + 1).toString(16).padStart(2, "0")}`;
export const addressOf = (index: number) => `10.77.2.${index + 1}`;

/** What a configuration that is only this host's says. */
export const whoIs = (index: number) => `This is ${xnameOf(index)}, ${addressOf(index)}`;

/** What is served beside the scripts, by its name there: where it is now, or its octets. */
export type ServedFiles = Readonly<Record<string, string | Buffer>>;

interface Contents {
  readonly hosts: readonly BootHost[];
  /** The document's, for all hosts. */
  readonly boot: object;
  readonly cluster?: object | undefined;
}

interface BootRoomOptions extends Contents {
  readonly folder: string;
}

export class BootRoom {
  readonly lab: Lab;
  readonly hosts: readonly BootHost[];
  readonly standIns: BootStandIns;
  #capture = "";
  #on: Machine | undefined;

  readonly #options: BootRoomOptions;

  private constructor(lab: Lab, standIns: BootStandIns, options: BootRoomOptions) {
    this.lab = lab;
    this.hosts = options.hosts;
    this.standIns = standIns;
    this.#options = options;
  }

  static async open(lab: Lab, options: BootRoomOptions): Promise<BootRoom> {
    const { hosts, folder } = options;
    const advertise = typescript("test/boot/qemu/router-advertisement-program.ts");
    startDaemon([...entering(lab.state.holders.sw!), ...advertise, "br0"], logOf(lab.state, "sw", "router"));
    const scripts = join(folder, "scripts.json");
    writeFileSync(scripts, JSON.stringify(scriptsOf(hosts)));
    const standIns = await BootStandIns.start(lab, join(folder, "files"), scripts);
    return new BootRoom(lab, standIns, options);
  }

  /** Switches a machine on, and captures its DHCP. */
  async switchOn(name: string): Promise<Machine> {
    await this.switchOff();
    const index = this.hosts.findIndex((host) => host.name === name);
    this.#capture = await this.lab.startCapture();
    this.#on = new Machine(this.lab, { name, mac: macOf(index), kind: this.hosts[index]!.kind });
    await this.#on.switchOn();
    return this.#on;
  }

  async switchOff(): Promise<void> {
    await this.#on?.switchOff();
    this.#on = undefined;
  }

  /** The line that only a host's own script shows. */
  ownLine(name: string): RegExp {
    const index = this.hosts.findIndex((host) => host.name === name);
    return new RegExp(`${whoIs(index)}, booted by (?<node>n\\d)`);
  }

  /** Applies the document with another `boot` of this host, while all runs. */
  async changeBoot(name: string, boot: object): Promise<void> {
    const hosts = this.hosts.map((host) => (host.name === name ? { ...host, boot } : host));
    const file = join(this.#options.folder, "changed.json");
    writeFileSync(file, JSON.stringify(documentOf({ ...this.#options, hosts })));
    await this.lab.leasehold(["apply", file]);
  }

  /** What is on the wire of the machine that is on. */
  wire(): readonly WireMessage[] {
    const { mac } = this.#on!.options;
    return readWire(this.#capture).filter(({ client }) => client === mac);
  }

  /** The node that has sent the last message of this type to it. */
  sentBy(wanted: number): string | undefined {
    const sent = this.wire().findLast(({ type }) => type === wanted);
    return this.lab.nodes.find(({ mac }) => mac === sent?.fromMac)?.name;
  }

  async killNode(node: string): Promise<void> {
    await Promise.all([this.lab.kill(node, "all"), this.standIns.kill(node)]);
  }

  /** A file is served no more. */
  withdraw(name: string): void {
    rmSync(join(this.#options.folder, "files", name));
  }

  /** Starts what was killed, and forgets what was served. */
  async allNodesUp(): Promise<void> {
    for (const { name } of this.lab.nodes) await this.lab.start(name);
    await this.standIns.startAgain();
    await awaitMembers(this.lab.state);
  }
}

interface RoomContents extends Partial<Contents> {
  readonly files?: ServedFiles;
}

/** A lab with these machines for a file of tests. */
export function bootRoomForTests(
  suite: string,
  hosts: readonly BootHost[],
  { files = {}, boot = {}, cluster }: RoomContents = {},
): () => BootRoom {
  const folder = mkdtempSync(join(tmpdir(), "leasehold-boot-room-"));
  const network = join(folder, "network.json");
  const inventory = join(folder, "inventory.json");
  writeFileSync(network, JSON.stringify(documentOf({ hosts, boot, cluster })));
  writeFileSync(inventory, JSON.stringify(inventoryOf(hosts)));
  mkdirSync(join(folder, "files"));
  const lab = labForTests(suite, { network, inventory, clients: 1 });
  let room: BootRoom | undefined;
  beforeAll(async () => {
    for (const [name, file] of Object.entries(files)) {
      const served = join(folder, "files", name);
      mkdirSync(dirname(served), { recursive: true });
      writeFileSync(served, typeof file === "string" ? readFileSync(file) : file);
    }
    room = await BootRoom.open(lab(), { hosts, folder, boot, cluster });
  });
  afterEach(() => room?.switchOff());
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return () => room!;
}

function documentOf({ hosts, boot, cluster }: Contents): object {
  return {
    version: 1,
    ...(cluster && { cluster }),
    defaults: {
      lease: { seconds: 3600 },
      options: { domainNameServers: ["10.77.0.2"], domainName: "hpc.example" },
      boot: { urls: URLS, script: "/boot/ipxe?mac={mac}", ...boot },
    },
    subnets: [
      {
        ...{ id: "compute", prefix: "10.77.0.0/16", interface: "eth0", authoritative: true },
        options: { routers: ["10.77.0.1"] },
        pools: [{ range: "10.77.16.0-10.77.254.254", for: "unknown" }],
      },
    ],
    classes: hosts.flatMap((host, index) =>
      host.boot ? [{ id: host.name, match: { mac: macOf(index) }, boot: host.boot }] : [],
    ),
  };
}

function inventoryOf(hosts: readonly BootHost[]): object {
  return {
    EthernetInterfaces: hosts.map((_, index) => ({
      ...{ MACAddress: macOf(index), ComponentID: xnameOf(index) },
      IPAddresses: [{ IPAddress: addressOf(index) }],
    })),
    Components: hosts.map((_, index) => ({
      ...{ ID: xnameOf(index), Type: "Node", Role: "Compute", NID: index + 1 },
    })),
  };
}

function scriptsOf(hosts: readonly BootHost[]): Readonly<Record<string, string>> {
  const of = ({ script = ["sleep 600"] }: BootHost, index: number) =>
    ["#!ipxe", `echo ${whoIs(index)}, booted by {node}`, ...script, ""].join("\n");
  return Object.fromEntries(hosts.map((host, index) => [macOf(index), of(host, index)]));
}
