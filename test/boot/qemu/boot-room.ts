// A lab in which machines in QEMU boot: its network document, an inventory of its machines, the files that it serves, and a router's
// advertisements on the link. One machine is on at a time: two processors emulate no more.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, afterEach, beforeAll } from "vitest";
import { labForTests } from "../../e2e/lab-for-tests.ts";
import { awaitMembers } from "../../lab/contents.ts";
import type { Lab } from "../../lab/lab.ts";
import { bootDoor, bootFolder } from "../../lab/layout.ts";
import { readWire, type WireMessage } from "../../lab/wire.ts";
import { Machine } from "./machine.ts";
import type { MachineKind } from "./machine-kinds.ts";
import { advertiseRouter } from "./router.ts";

/** A machine of the inventory, and what the cluster is to boot it with. */
export interface BootHost {
  readonly name: string;
  readonly kind: MachineKind;
  /** `boot` of a class of its own in the network document. */
  readonly boot?: object;
}

export const URLS = ["http://10.77.0.11:8069", "http://10.77.0.12:8069", "http://10.77.0.13:8069"];

const xnameOf = (index: number) => `x1000c0s${index}b0n0`;
const macOf = (index: number) => `02:1e:a5:b0:00:${(index + 1).toString(16).padStart(2, "0")}`;
export const addressOf = (index: number) => `10.77.2.${index + 1}`;

/** What a configuration that is only this host's says. */
export const whoIs = (index: number) => `This is ${xnameOf(index)}, ${addressOf(index)}`;

/** What boot servers serve, by its name there: where it is now, or its octets. */
export type ServedFiles = Readonly<Record<string, string | Buffer>>;

/** What machines run where a test says nothing else; its files are Linux's, where a test has them served. */
const LINUX = {
  id: "linux",
  kernel: "/linux/vmlinuz",
  initrds: ["/linux/initrd"],
  arguments: ["console=ttyS0 panic=10 told=by-{node}"],
};

interface Contents {
  /** Of the document, beside that one. */
  readonly profiles?: readonly object[] | undefined;
  readonly hosts: readonly BootHost[];
  /** The document's, for all hosts. */
  readonly boot: object;
  readonly cluster?: object | undefined;
}

interface BootRoomOptions extends Contents {
  readonly folder: string;
  readonly files: ServedFiles;
}

/** As the API of a boot server has it. */
interface Served {
  readonly at: string;
  readonly via: "tftp" | "http";
  readonly name: string;
  readonly outcome: string;
  readonly bytes: number;
}

export class BootRoom {
  readonly lab: Lab;
  readonly hosts: readonly BootHost[];
  #capture = "";
  /** When the machine was switched on. */
  #since = "";
  #on: Machine | undefined;

  readonly #options: BootRoomOptions;

  private constructor(lab: Lab, options: BootRoomOptions) {
    this.lab = lab;
    this.hosts = options.hosts;
    this.#options = options;
  }

  static open(lab: Lab, options: BootRoomOptions): BootRoom {
    advertiseRouter(lab);
    const room = new BootRoom(lab, options);
    for (const [name, file] of Object.entries(options.files)) {
      const served = join(bootFolder(lab.state), name);
      mkdirSync(dirname(served), { recursive: true });
      writeFileSync(served, typeof file === "string" ? readFileSync(file) : file);
    }
    return room;
  }

  /** Switches a machine on, and captures its DHCP. */
  async switchOn(name: string): Promise<Machine> {
    await this.switchOff();
    const index = this.hosts.findIndex((host) => host.name === name);
    this.#since = new Date().toISOString();
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
    const who = [`nid000${index + 1}`, xnameOf(index), macOf(index), addressOf(index)].join(", ");
    return new RegExp(`Leasehold: ${who}: profile [\\w-]+,\\s*from node (?<node>n\\d)`);
  }

  /** What Linux shows in its userspace. */
  userspace(name: string): RegExp {
    const index = this.hosts.findIndex((host) => host.name === name);
    return new RegExp(`Userspace of nid000${index + 1} at ${addressOf(index)}, told (?<told>[^\n]*)`);
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

  /** What boot servers that run have served to the machine since it is on, the oldest first. */
  async served(): Promise<(Served & { readonly node: string })[]> {
    const running = this.lab.nodes.filter(({ name }) => this.lab.running()[name]?.bootd);
    const { mac } = this.#on!.options;
    const all = running.map(async ({ name }) => {
      const { body } = await this.lab.api(bootDoor({ name }), `/api/v1/served?mac=${mac}`);
      return (body as Served[]).filter(({ at }) => at >= this.#since).map((one) => ({ ...one, node: name }));
    });
    return (await Promise.all(all)).flat().toSorted((one, other) => (one.at < other.at ? -1 : 1));
  }

  /** The node that has an address now. */
  async carrierOf(address: string): Promise<string> {
    for (const { name } of this.lab.nodes) {
      const { stdout } = await this.lab.exec(name, ["ip", "-4", "-o", "address", "show", "dev", "eth0"]);
      if (stdout.includes(` ${address}/`)) return name;
    }
    throw new Error(`No node has ${address}`);
  }

  /** Starts what was killed. */
  async allNodesUp(): Promise<void> {
    for (const { name } of this.lab.nodes) await this.lab.start(name);
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
  { files = {}, boot = {}, cluster, profiles }: RoomContents = {},
): () => BootRoom {
  const folder = mkdtempSync(join(tmpdir(), "leasehold-boot-room-"));
  const network = join(folder, "network.json");
  const inventory = join(folder, "inventory.json");
  writeFileSync(network, JSON.stringify(documentOf({ hosts, boot, cluster, profiles })));
  writeFileSync(inventory, JSON.stringify(inventoryOf(hosts)));
  const lab = labForTests(suite, { network, inventory, clients: 1, boot: true });
  let room: BootRoom | undefined;
  beforeAll(() => {
    room = BootRoom.open(lab(), { hosts, folder, boot, cluster, profiles, files });
  });
  afterEach(() => room?.switchOff());
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return () => room!;
}

function documentOf({ hosts, boot, cluster, profiles = [] }: Contents): object {
  return {
    version: 1,
    ...(cluster && { cluster }),
    boot: { profiles: [LINUX, ...profiles] },
    defaults: {
      lease: { seconds: 3600 },
      options: { domainNameServers: ["10.77.0.2"], domainName: "hpc.example" },
      boot: { urls: URLS, profile: "linux", ...boot },
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
