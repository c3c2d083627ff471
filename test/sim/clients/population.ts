// The clients of a run, and what the inventory says of them.
import { formatIpv4, type Ipv4, ipv4, type Packet } from "@leasehold/protocol";
import { START } from "../../../apps/dhcpd/test/node.ts";
import type { Chance } from "../chance.ts";
import type { Configuration } from "../configuration.ts";
import { FIRST } from "../documents.ts";
import type { WireJudge } from "../judge/wire-judge.ts";
import type { SimulatedStream } from "../nats/stream.ts";
import type { Plan } from "../setting.ts";
import type { Timeline } from "../timeline.ts";
import { SimulatedClient, type Wire } from "./client.ts";

const RESERVED_OUTSIDE = 200;
/** Since when hosts of the start have their address: before any lease. */
const LONG_AGO_MS = 3_600_000;
/** That a bucket is another one. */
const NOTICED_AFTER_MS = 5000;
/** When the nodes have had time to notice; and with one repetition. */
const REBOOTS_AFTER_MS = 3000;
const ANSWERED_WITHIN_MS = 15_000;

/** What is around the clients, as far as it is there by now. */
export interface Inhabited {
  readonly timeline: Timeline;
  readonly chance: Chance;
  readonly plan: Plan;
  readonly stream: SimulatedStream;
  readonly configuration: Configuration;
  readonly judge: WireJudge;
  readonly network: Wire;
}

export class Population {
  readonly clients: readonly SimulatedClient[];
  private readonly at: Inhabited;
  private readonly moved = new Set<SimulatedClient>();

  constructor(at: Inhabited) {
    this.at = at;
    const { plan, chance, network } = at;
    this.clients = plan.setting.clients.map(
      (kind, i) => new SimulatedClient(i + 1, kind, network, chance.of(`client ${i}`)),
    );
  }

  client(index: number): SimulatedClient {
    return this.clients[index % this.clients.length]!;
  }

  clientOf(packet: Packet): SimulatedClient | undefined {
    const id = `01${Buffer.from(packet.chaddr).toString("hex")}`;
    return this.clients.find((client) => client.id.client === id);
  }

  /** Clients whose host was never moved: one of these has one address. */
  get unmoved(): readonly SimulatedClient[] {
    return this.clients.filter((client) => !this.moved.has(client));
  }

  powerUp(): void {
    for (const client of this.clients) client.powerUp();
  }

  /** Some remember their address, some have forgotten it, and some are other machines, if the inventory does not know them. */
  startAnew(): void {
    const { plan, chance } = this.at;
    for (const [index, client] of this.clients.entries()) {
      const isKnown = index < plan.setting.reserved || this.moved.has(client);
      const how = chance.below(3);
      if (how === 0) client.reboot();
      else if (how === 1 || isKnown) client.powerUp();
      else client.becomeAnother();
    }
  }

  /** Those of the start. */
  reserveFirst(): void {
    for (let i = 0; i < this.at.plan.setting.reserved; i++)
      this.reserve(i, reservedAddress(i), START - LONG_AGO_MS);
  }

  /** The host of a client is given an address of the pool, or just outside of it. */
  setHost(client: number, number: number): void {
    const { pool, clients } = this.at.plan.setting;
    this.moved.add(this.client(client));
    this.reserve(client % clients.length, ipv4(FIRST + (number % (pool + 3))));
  }

  removeHost(client: number): void {
    const index = client % this.clients.length;
    if (index < this.at.plan.setting.reserved) this.reserve(index, reservedAddress(index));
    else this.at.configuration.remove(this.client(index));
  }

  private reserve(index: number, address: Ipv4, since = this.at.timeline.now): void {
    this.at.configuration.reserve(this.client(index), address, since);
  }

  /** The hosts' bucket loses all, and clients come. */
  loseHosts(): void {
    this.at.configuration.loseHosts();
    this.at.timeline.after(NOTICED_AFTER_MS, () => this.powerUp());
  }

  /** A host that the bucket has lost is served as before, until whoever fills it says otherwise. */
  judgeHost(client: SimulatedClient, { yiaddr }: Packet): void {
    const { plan, configuration, judge } = this.at;
    const index = this.clients.indexOf(client);
    const isHost = index < plan.setting.reserved && !this.moved.has(client);
    if (!isHost || !configuration.areHostsLost || yiaddr === 0) return;
    judge.checked("hosts");
    if (yiaddr !== reservedAddress(index))
      judge.blame(`hosts: ${client.name} was given ${formatIpv4(yiaddr)}, which is not its host's`);
  }

  /** I6: the majority is lost, and then the first client, whose address is reserved, is switched off and on. */
  watchReserved(): void {
    const { stream, timeline, judge } = this.at;
    stream.loseMajority();
    const client = this.client(0);
    timeline.after(REBOOTS_AFTER_MS, () => {
      const isHeld =
        client.held !== undefined && judge.isHeldFor(client.held.address, 2 * ANSWERED_WITHIN_MS);
      if (!isHeld || client.state !== "bound") return;
      client.reboot();
      timeline.after(ANSWERED_WITHIN_MS, () => judge.judgeServed(client));
    });
  }
}

function reservedAddress(index: number): Ipv4 {
  return ipv4(FIRST - (FIRST & 0xff) + RESERVED_OUTSIDE + index);
}
