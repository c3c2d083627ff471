// What a node does about DHCP, put together: packets in (reception.ts), decided and committed (transactions.ts), answered (answers.ts);
// and what is done without a packet.
import { type ClearingOrder, OFFERS_MAX } from "@leasehold/leases";
import { MessageType, type Packet } from "@leasehold/protocol";
import { PoolWatch } from "../alarms/pool-watch.ts";
import type { Ingress } from "../ports.ts";
import { contentOf } from "../reply/reply.ts";
import { requestOf } from "../request/lease-request.ts";
import { Answers } from "./answers.ts";
import { type Cleared, clearLease } from "./clear-lease.ts";
import { Commits } from "./commits.ts";
import type { DryRun, ServiceParts } from "./exchange.ts";
import { Reception } from "./reception.ts";
import { RenewalCalls } from "./renewal-calls.ts";
import { Restoration } from "./restoration.ts";
import { Takeover } from "./takeover.ts";
import { decideNow, Transactions } from "./transactions.ts";

export class DhcpService {
  readonly reception: Reception;
  /** After the store was replaced. */
  readonly restoration: Restoration;
  private readonly parts: ServiceParts;
  private readonly transactions: Transactions;
  private readonly takeover: Takeover;
  private readonly calls: RenewalCalls;
  private readonly poolWatch: PoolWatch;

  constructor(parts: ServiceParts) {
    this.parts = parts;
    this.calls = new RenewalCalls(parts);
    this.poolWatch = new PoolWatch(parts.world, parts.clocks);
    this.restoration = new Restoration(parts);
    const answers = new Answers(parts, this.calls);
    this.transactions = new Transactions(parts, answers, new Commits(parts, this.calls));
    this.reception = new Reception(parts, answers, this.transactions);
    this.takeover = new Takeover(parts, this.reception.deferred);
    parts.events.network.subscribe(() => this.noteNetwork());
  }

  /** Exchanges that wait for the store. */
  get pending(): number {
    return this.transactions.waiting.size;
  }

  /** Another network document is in force. */
  private noteNetwork(): void {
    const { network, offers, seenRelays, poolUse } = this.parts.world;
    this.reception.rates.change(network.limits);
    offers.limitTo(network.limits.offersMax ?? OFFERS_MAX);
    offers.forgetPools();
    seenRelays.forget();
    poolUse.clear();
    this.calls.suspectAll();
  }

  /** An operator ends what keeps an address from everybody. */
  clearLease(order: Omit<ClearingOrder, "intent">): Promise<Cleared> {
    return clearLease(this.parts, order);
  }

  /** Every some 100 ms: what is to be done without a packet. Never throws, nor does what fails keep the rest from its turn. */
  tick(): void {
    this.guard("calling clients to renew", () => this.calls.tick());
    this.guard("answering for a node that died", () => this.answerForDead());
    this.guard("answering what waits for the store", () => this.transactions.tick());
    this.guard("writing back what the store lost", () => this.restoration.tick());
    this.guard("looking how full the pools are", () => this.poolWatch.tick());
  }

  private guard(during: string, step: () => void): void {
    try {
      step();
    } catch (cause) {
      this.parts.faults.count({ cause, during });
    }
  }

  private answerForDead(): void {
    for (const [client, deferred] of this.takeover.due()) this.reception.answerForDeadNode(client, deferred);
  }

  /** What a packet would be answered now, by the same steps; nothing is written, offered or counted for it. */
  dryRun(packet: Packet, ingress: Ingress): DryRun {
    if (packet.messageType === MessageType.LEASEQUERY) return "not-for-servers";
    const refusal = this.reception.gate(packet);
    if (refusal !== undefined) return refusal;
    const request = requestOf(this.parts, packet, ingress);
    if (typeof request === "string") return request;
    const decision = decideNow(this.parts, request);
    const { network } = this.parts.world;
    const asked = { packet, request, network, arrival: { link: ingress } };
    const content = decision.kind === "silent" ? undefined : contentOf(asked, decision);
    return { request, decision, content };
  }
}
