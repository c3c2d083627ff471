// I1: no address is validly bound to two clients at once. I3: a client has one address a subnet; when a race gave it two,
// the log shows the older one released within moments. I4: who validly has an address is never refused it.
import { formatIpv4, type Ipv4, MessageType } from "@leasehold/protocol";
import type { WireMessage } from "../../lab/wire.ts";
import type { LeaseLog } from "../lease-log.ts";
import { type Binding, Bindings, isGrant, named } from "./bindings.ts";
import type { Judge, Violation } from "./judge.ts";

/** How long the older of two addresses may stay bound. */
const REPAIR_MS = 10_000;

export class OneHolder implements Judge {
  readonly name = "one holder an address, one address a client";
  private readonly log: LeaseLog;
  private readonly bindings = new Bindings();
  private readonly asked = new Map<string, Ipv4>();
  private readonly found: Violation[] = [];

  constructor(log: LeaseLog) {
    this.log = log;
  }

  see(message: WireMessage): void {
    const { packet, client, at, type } = message;
    if (type === MessageType.REQUEST) {
      const wanted = packet.ciaddr === 0 ? packet.get("requestedIpAddress") : packet.ciaddr;
      if (wanted !== undefined) this.asked.set(client, wanted);
    }
    if (isGrant(message) && this.bindings.isAwaited(message)) {
      const holder = this.bindings.ofAddress(packet.yiaddr, at);
      if (holder && holder.client !== client) this.say("I1", message, `${named(holder)} went to ${client}`);
      const own = this.bindings.ofClient(client, at);
      if (own && own.address !== packet.yiaddr && !this.isRepaired(own, at)) {
        this.say("I3", message, `${named(own)}, which also got ${formatIpv4(packet.yiaddr)}`);
      }
    }
    if (type === MessageType.NAK && this.bindings.isAwaited(message)) this.judgeRefusal(message);
    this.bindings.see(message);
  }

  private judgeRefusal(message: WireMessage): void {
    const own = this.bindings.ofClient(message.client, message.at);
    if (own && this.asked.get(message.client) === own.address) {
      this.say("I4", message, `${named(own)} was refused with ${Math.round(own.until - message.at)} ms left`);
    }
  }

  private isRepaired({ address, client }: Binding, at: number): boolean {
    const events = this.log.get(address) ?? [];
    return events.some(
      ({ event, mac, at: released }) =>
        event.type === "LeaseReleased" && mac === client && Math.abs(released - at) < REPAIR_MS,
    );
  }

  private say(invariant: string, { at, fromMac }: WireMessage, what: string): void {
    this.found.push({ invariant, at, what: `${what} (by ${fromMac})` });
  }

  verdict(): readonly Violation[] {
    return this.found;
  }
}
