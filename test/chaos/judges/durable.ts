// I2: each ACK is covered by an event in the store that was there before it: the same client, and held for at least as long
// as the client was told. I5: while no majority of servers can agree, by an event from before that. The stream's time of an
// event is when its leader took it up; one that was cut off then may still be stored when the others are back.
import { formatIpv4, MessageType } from "@leasehold/protocol";
import type { WireMessage } from "../../lab/wire.ts";
import { heldUntil, isBinding, type LeaseLog, type LogEntry } from "../lease-log.ts";
import { isGrant } from "./bindings.ts";
import type { Judge, Violation } from "./judge.ts";

/** Lease times are whole seconds. */
const ROUNDING_MS = 1000;
/** As long as a client listens for an answer, and a node may take for one (apps/dhcpd/src/intake/tries.ts), at most. */
const ANSWERED_WITHIN_MS = 16_000;

/** While no majority could agree. */
export interface Silence {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

export class Durable implements Judge {
  readonly name = "every ACK is covered by the durable log";
  private readonly log: LeaseLog;
  private readonly silences: readonly Silence[];
  private readonly found: Violation[] = [];
  /** When each REQUEST was first sent. */
  private readonly askedAt = new Map<string, number>();

  constructor(log: LeaseLog, silences: readonly Silence[]) {
    this.log = log;
    this.silences = silences;
  }

  see(message: WireMessage): void {
    if (message.type === MessageType.REQUEST && !this.askedAt.has(keyOf(message)))
      this.askedAt.set(keyOf(message), message.at);
    if (!isGrant(message)) return;
    const { at, packet, client, fromMac } = message;
    const silence = this.silences.find(({ from, to }) => at > from && at < to);
    const fault = this.faultOf(message, silence?.from ?? at);
    if (fault === undefined) return;
    const when = silence ? `, without a majority (${silence.name})` : "";
    const what = `ACK of ${formatIpv4(packet.yiaddr)} to ${client} by ${fromMac}${when}: ${fault}`;
    this.found.push({ invariant: silence ? "I5" : "I2", at, what });
  }

  private faultOf(message: WireMessage, storedUntil: number): string | undefined {
    const { at, packet, client } = message;
    const events = this.log.get(packet.yiaddr) ?? [];
    const newest = events.findLastIndex((entry) => entry.at <= storedUntil);
    if (newest < 0) return "the log has no event of it until then";
    const isHolder = (entry: LogEntry | undefined) =>
      entry !== undefined && isBinding(entry) && entry.mac === client;
    let covering = events[newest]!;
    const before = events[newest - 1];
    // Another node has answered the same REQUEST, and the client has given the address back, while this one waited for the store.
    const askedAt = this.askedAt.get(keyOf(message)) ?? at;
    const isLate = askedAt < covering.at && at - askedAt < ANSWERED_WITHIN_MS;
    if (!isHolder(covering) && isHolder(before) && isLate) covering = before!;
    if (!isHolder(covering)) {
      const { event, mac } = covering;
      const since = Math.round(at - covering.at);
      const asked = Math.round(at - askedAt);
      return `the log has ${event.type} for ${mac} by ${event.node} then, since ${since} ms; asked ${asked} ms before`;
    }
    const beyond = at + (packet.get("ipAddressLeaseTime") ?? 0) * 1000 - heldUntil(covering);
    return beyond > ROUNDING_MS ? `it outlives what is held by ${Math.round(beyond)} ms` : undefined;
  }

  verdict(): readonly Violation[] {
    return this.found;
  }
}

const keyOf = ({ client, packet }: WireMessage) => `${client} ${packet.xid}`;
