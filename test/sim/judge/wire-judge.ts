// Judges every reply on the wire, and every event that is stored, by what the stream had committed by then. With judge.ts of
// apps/dhcpd, which judges what clients use, it holds DESIGN's invariants (docs/simulation.md says which and how).
import { isBound, isReasserted, type LeaseEvent, leaseAfter, type StoredEvent } from "@leasehold/leases";
import { formatIpv4, MessageType, type Packet } from "@leasehold/protocol";
import { Judge } from "../../../apps/dhcpd/test/judge.ts";
import { ip } from "../../../apps/dhcpd/test/wire.ts";
import type { ClientState, SimulatedClient } from "../clients/client.ts";
import type { Configuration } from "../configuration.ts";
import { isInPool } from "../documents.ts";
import type { SimulatedStream } from "../nats/stream.ts";
import type { SimulatedNode } from "../nodes/node.ts";
import type { Tally } from "../tally.ts";
import type { Timeline } from "../timeline.ts";

/** A reply later than this after its request is not sent (answers.ts). */
const PATIENCE_MS = 4000;

/** No client listens for longer after a message of its (RFC 2131 §4.1: it asks again after 4, 8, 16 s). */
const LISTENS_MAX_MS = 16_000;

export interface JudgeParts {
  readonly timeline: Timeline;
  readonly stream: SimulatedStream;
  readonly clients: readonly SimulatedClient[];
  readonly tally: Tally;
  /** The largest difference of two clocks, ms. */
  readonly skewMs: number;
  readonly configuration: Configuration;
}

export class WireJudge {
  readonly violations: string[] = [];
  private readonly parts: JudgeParts;
  private readonly users: Judge;
  private readonly refusals: Refusals;
  private readonly addressOfRequest = new Map<string, string>();

  constructor(parts: JudgeParts) {
    this.parts = parts;
    const { stream, clients, skewMs, timeline } = parts;
    this.users = new Judge({
      ...{ store: stream, machines: clients, skewMs: skewMs + PATIENCE_MS, now: () => timeline.now },
      wasReserved: ({ name }, address) => parts.configuration.wasReserved(name, address),
    });
    this.refusals = new Refusals(parts);
    stream.follow((stored) => this.stored(stored));
  }

  /** A reply leaves a node. */
  sent(node: SimulatedNode, packet: Packet): void {
    if (packet.messageType === MessageType.ACK) {
      this.judgeCover(packet);
      this.judgeAgreement(packet);
      this.judgeDeclined(packet);
    }
    if (packet.messageType === MessageType.NAK) this.refusals.note(node, packet);
    if (packet.messageType !== MessageType.OFFER) this.judgeFreshness(node, packet);
    this.judgeAge(node, packet);
  }

  granted(client: SimulatedClient): void {
    this.checked("I1");
    this.users.granted(client, this.parts.timeline.now);
    this.takeOver();
  }

  /** A client heeds a NAK. */
  refused(client: SimulatedClient, state: ClientState, { xid }: Packet): void {
    if (client.kind.isFirmware && state === "requesting") {
      this.blame(`NAK: firmware ${client.name} was refused while selecting`);
    }
    this.checked("I4");
    const wrong = this.refusals.wrong.get(`${client.id.client} ${xid}`);
    if (wrong !== undefined) this.blame(`I4: ${client.name} was refused ${wrong}, which it has`);
  }

  /** Whether the store still holds an address for so long. */
  isHeldFor(address: string, ms: number): boolean {
    const newest = this.parts.stream.newestOf(ip(address));
    if (newest?.event === undefined) return false;
    return leaseAfter(newest.event, newest.revision, newest.at).heldUntil > this.parts.timeline.now + ms;
  }

  /** I6, of a host that started anew while the store took no writes. */
  judgeServed({ name, state, held }: SimulatedClient): void {
    this.checked("I6");
    if (held === undefined)
      this.blame(`I6: ${name} (${state}), which is reserved, was not answered without a majority`);
  }

  /** I3, of clients whose host was never moved. */
  judgeAddresses(unmoved: readonly SimulatedClient[]): void {
    this.checked("I3", unmoved.length);
    // What is left in a subnet that was deleted runs out.
    const { timeline, configuration } = this.parts;
    this.users.judgeAddresses(timeline.now, unmoved, (subnet) => configuration.hasSubnet(subnet));
    this.takeOver();
  }

  /** What is judged of the log as a whole, and of what it ends with. */
  conclude(unmoved: readonly SimulatedClient[]): void {
    this.checked("I7", this.parts.stream.log.length);
    this.users.judgeLog();
    this.judgeAddresses(unmoved);
  }

  blame(what: string): void {
    this.violations.push(what);
  }

  checked(invariant: string, times = 1): void {
    this.parts.tally.count("checked", invariant, times);
  }

  /** I2, and without a majority I5: an event stands for it that holds the address for as long as the client is told. */
  private judgeCover(packet: Packet): void {
    const { stream, timeline, skewMs } = this.parts;
    const invariant = stream.isTaking ? "I2" : "I5";
    this.checked(invariant);
    const seconds = packet.get("ipAddressLeaseTime");
    if (seconds === undefined || packet.yiaddr === 0) return;
    const until = timeline.now + seconds * 1000 - skewMs - PATIENCE_MS;
    const covers = ({ event, revision, at }: StoredEvent) => {
      const lease = leaseAfter(event!, revision, at);
      return lease.state === "bound" && lease.client === clientOf(packet) && lease.heldUntil >= until;
    };
    if (!stream.historyOf(packet.yiaddr).some(covers)) {
      this.blame(
        `${invariant}: ${formatIpv4(packet.yiaddr)} was granted for ${seconds} s, and nothing stored says so`,
      );
    }
  }

  /** I13: whichever nodes answer one request, they grant one address. */
  private judgeAgreement(packet: Packet): void {
    this.checked("I13");
    const key = `${clientOf(packet)} ${packet.xid}`;
    const address = formatIpv4(packet.yiaddr);
    const before = this.addressOfRequest.get(key);
    if (before !== undefined && before !== address) {
      this.blame(`I13: one request was granted ${before} and ${address}`);
    }
    this.addressOfRequest.set(key, address);
  }

  /** I11: who did not decline it itself is not given what is declined. */
  private judgeDeclined({ yiaddr, chaddr }: Packet): void {
    this.checked("I11");
    const newest = this.parts.stream.newestOf(yiaddr);
    if (newest?.event?.type !== "AddressDeclined") return;
    if (newest.event.client !== clientOf({ chaddr })) {
      this.blame(`I11: ${formatIpv4(yiaddr)} is declined, and was granted`);
    }
  }

  /** I8: a node that stood still has seen all that was stored until it went on. */
  private judgeFreshness(node: SimulatedNode, packet: Packet): void {
    if (node.resumedAt === undefined || node.life === undefined) return;
    this.checked("I8");
    const { lastSequence } = node.resumedAt;
    if (node.life.feed.position >= lastSequence || node.isOfBefore(packet)) return;
    this.blame(`I8: ${node.name} answered by what it knew before it stood still`);
  }

  /** Whoever has stopped listening is not answered. */
  private judgeAge(node: SimulatedNode, packet: Packet): void {
    this.checked("in time");
    const ageMs = node.ageOf(packet);
    if (ageMs > LISTENS_MAX_MS)
      this.blame(`in time: ${node.name} answered what it had heard ${Math.round(ageMs / 1000)} s before`);
  }

  /** I10: nothing is promised that the document of the time does not allow. */
  private stored({ address, event }: StoredEvent): void {
    this.checked("I12");
    if (event === undefined || !["LeaseGranted", "LeaseRenewed", "AddressOffered"].includes(event.type))
      return;
    // What is written back was allowed when it was promised.
    if (isReasserted(event)) return;
    this.checked("I10");
    const document = this.parts.configuration.documentOf(event.network);
    const client = this.parts.clients.find(({ id }) => id.client === event.client);
    const isAllowed =
      document !== undefined &&
      (isInPool(document, address) ||
        (client !== undefined && this.parts.configuration.wasReserved(client.name, address)));
    if (!isAllowed) this.blame(`I10: ${event.type} of ${event.address} is not by document ${event.network}`);
    this.takeOver();
  }

  private takeOver(): void {
    this.violations.push(...this.users.violations.splice(0));
  }
}

/** NAKs to clients for what they have. */
class Refusals {
  /** By client and xid: the address that it was refused. */
  readonly wrong = new Map<string, string>();
  private readonly parts: JudgeParts;

  constructor(parts: JudgeParts) {
    this.parts = parts;
  }

  /** Notes a refusal of what the client has, by what is stored and by the documents and hosts of this moment. */
  note(node: SimulatedNode, packet: Packet): void {
    const client = this.parts.clients.find(({ id }) => id.client === clientOf(packet));
    const believed = client?.believed;
    if (believed === undefined || believed.until <= this.parts.timeline.now) return;
    const newest = this.parts.stream.newestOf(ip(believed.address));
    if (newest?.event?.client !== client!.id.client || !this.parts.configuration.isOfNow(newest.event))
      return;
    const { network, inventory } = node.life!.world;
    if (!this.parts.configuration.isOfNow({ network: network.revision, inventory: inventory.revision }))
      return;
    // What is written back is of the document of then, whose subnet may be gone.
    if (isReasserted(newest.event) && !this.isAllowedNow(newest.event, client!)) return;
    const lease = leaseAfter(newest.event, newest.revision, newest.at);
    if (isBound(lease, lease.at)) {
      this.wrong.set(`${client!.id.client} ${packet.xid}`, believed.address);
    }
  }

  private isAllowedNow({ network, address }: LeaseEvent, { name }: SimulatedClient): boolean {
    const { configuration } = this.parts;
    const document = configuration.documentOf(network);
    return (
      document !== undefined &&
      (isInPool(document, ip(address)) || configuration.wasReserved(name, ip(address)))
    );
  }
}

function clientOf({ chaddr }: Pick<Packet, "chaddr">): string {
  return `01${Buffer.from(chaddr).toString("hex")}`;
}
