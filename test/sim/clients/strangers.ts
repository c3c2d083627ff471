// Machines on the clients' network that are no clients: they use addresses of the pool, and answer probes for them.
import { formatIpv4, ipv4, type Packet } from "@leasehold/protocol";
import { FIRST } from "../documents.ts";
import type { WireJudge } from "../judge/wire-judge.ts";
import type { SimulatedStream } from "../nats/stream.ts";
import type { SimulatedNode } from "../nodes/node.ts";
import type { Plan } from "../setting.ts";
import type { Timeline } from "../timeline.ts";
import type { SimulatedClient } from "./client.ts";

/** A client may wait for its OFFER for up to 16 s (RFC 2131 §4.1). */
const FOUND_WITHIN_MS = 20_000;

export interface Intruded {
  readonly timeline: Timeline;
  readonly plan: Plan;
  readonly stream: SimulatedStream;
  readonly judge: WireJudge;
}

export class Strangers {
  private readonly at: Intruded;
  /** Since when there is one on an address. */
  private readonly since = new Map<string, number>();

  constructor(at: Intruded) {
    this.at = at;
  }

  areOn(address: string): boolean {
    return this.since.has(address);
  }

  put(number: number, isThere: boolean): void {
    const { plan, timeline } = this.at;
    const address = formatIpv4(ipv4(FIRST + (number % plan.setting.pool)));
    if (isThere) this.since.set(address, timeline.now);
    else this.since.delete(address);
  }

  /** On every second address of the pool. */
  putMany(areThere: boolean): void {
    for (let number = 0; number < this.at.plan.setting.pool; number += 2) this.put(number, areThere);
  }

  /** Where nodes probe, what another machine has used for long is offered to nobody but a client that has, or had, it of us. */
  judgeOffer(from: SimulatedNode, client: SimulatedClient, { yiaddr }: Packet): void {
    const { plan, stream, judge, timeline } = this.at;
    if (!plan.setting.isProbed || from.isCutFromClients || this.since.size === 0) return;
    judge.checked("probe");
    const since = this.since.get(formatIpv4(yiaddr)) ?? timeline.now;
    if (timeline.now - since <= FOUND_WITHIN_MS) return;
    const isItsOwn = stream
      .after(0)
      .some(({ address, event }) => address === yiaddr && event?.client === client.id.client);
    if (!isItsOwn)
      judge.blame(
        `probe: ${from.name} offers ${formatIpv4(yiaddr)}, which another machine uses, to ${client.name}`,
      );
  }
}
