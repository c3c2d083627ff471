// What the scenes of the demo share: the lab, its machines with their clients, and what was seen on the wire.
import type { Mac } from "@leasehold/protocol";
import { type ClientLease, type ClientProgram, RunningClient } from "../lab/clients/index.ts";
import type { Lab } from "../lab/lab.ts";
import { type Grant, grantsOf, readWire, type WireMessage } from "../lab/wire.ts";
import { duration, say } from "./say.ts";

export class Stage {
  readonly lab: Lab;
  /** By host. */
  readonly clients = new Map<string, RunningClient>();
  /** By host: what it was told last. */
  readonly leases = new Map<string, ClientLease>();
  private readonly programs: readonly ClientProgram[];
  private readonly capture: string | undefined;

  private constructor(lab: Lab, programs: readonly ClientProgram[], capture: string | undefined) {
    this.lab = lab;
    this.programs = programs;
    this.capture = capture;
  }

  static async open(lab: Lab, programs: readonly ClientProgram[]): Promise<Stage> {
    // Without one, the demo is judged by what machines and nodes say alone.
    const capture = await lab.startCapture().catch(() => undefined);
    return new Stage(lab, programs, capture);
  }

  /** Gives a machine a client program, one after the other in turn, and switches it on. */
  boot(host: string): Promise<ClientLease> {
    const program = this.programs[this.clients.size % this.programs.length]!;
    this.clients.set(host, new RunningClient(this.lab, host, program));
    return this.reboot(host);
  }

  /** Switches a machine off and on. */
  async reboot(host: string): Promise<ClientLease> {
    const lease = await this.clients.get(host)!.lease(60);
    this.leases.set(host, lease);
    return lease;
  }

  hostsWith(program: string): string[] {
    return [...this.clients].filter(([, client]) => client.program.name === program).map(([host]) => host);
  }

  hostsServedBy(node: string): string[] {
    return [...this.leases].filter(([, lease]) => this.nodeOf(lease) === node).map(([host]) => host);
  }

  get nodesUp(): string[] {
    const running = this.lab.running();
    return this.lab.nodes.map(({ name }) => name).filter((name) => running[name]?.dhcpd);
  }

  /** "n2", for the server identifier that a client was given. */
  nodeOf({ server }: ClientLease): string {
    return this.lab.nodes.find(({ address }) => address === server)?.name ?? server;
  }

  /** Undefined when nobody captures. */
  wire(): readonly WireMessage[] | undefined {
    return this.capture === undefined ? undefined : readWire(this.capture);
  }

  /** The node that acknowledged a machine's address last, by the wire. */
  lastGrantBy(host: string): string {
    const { mac } = this.lab.host(host);
    const by = grantsOf(this.wire() ?? []).findLast(({ client }: Grant) => client === (mac as Mac))?.by;
    return this.lab.nodes.find((node) => node.mac === by)?.name ?? "a node that lives";
  }

  /** One line for a lease. */
  tell(host: string, lease: ClientLease): void {
    const { name } = this.clients.get(host)!.program;
    const took = duration(lease.millis / 1000);
    say(
      `  ${host.padEnd(4)} ${name.padEnd(9)} has ${lease.address.padEnd(14)} from ${this.nodeOf(lease)}, for ${duration(lease.seconds)}, after ${took}`,
    );
  }
}
