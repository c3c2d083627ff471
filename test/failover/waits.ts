// How long clients waited for their answers, from the wire alone.
import { type Mac, MessageType } from "@leasehold/protocol";
import type { WireMessage } from "../lab/wire.ts";

export interface Wait {
  readonly client: Mac;
  /** From its first message after the beginning to the first reply of the kind wanted; infinite without one. */
  readonly ms: number;
  /** Messages that it sent until then. */
  readonly asked: number;
}

/** Each client's wait for its first `reply` (an OFFER, an ACK), of those that asked with `question` after `from`. */
export function waitsFor(
  wire: readonly WireMessage[],
  clients: ReadonlySet<Mac>,
  from: number,
  question: number,
  reply: number,
): Wait[] {
  const asked = new Map<Mac, { at: number; asked: number; until?: number }>();
  for (const { at, client, type } of wire) {
    if (at < from || !clients.has(client)) continue;
    const wait = asked.get(client);
    if (type === question) {
      if (!wait) asked.set(client, { at, asked: 1 });
      else if (wait.until === undefined) wait.asked++;
    } else if (type === reply && wait && wait.until === undefined) wait.until = at;
  }
  return [...asked].map(([client, { at, asked: count, until = Number.POSITIVE_INFINITY }]) => ({
    client,
    ms: until - at,
    asked: count,
  }));
}

export const longest = (waits: readonly Wait[]): number => Math.max(0, ...waits.map(({ ms }) => ms));
export const mostAsked = (waits: readonly Wait[]): number => Math.max(0, ...waits.map(({ asked }) => asked));

export const toOffer = (wire: readonly WireMessage[], clients: ReadonlySet<Mac>, from: number): Wait[] =>
  waitsFor(wire, clients, from, MessageType.DISCOVER, MessageType.OFFER);
export const toLease = (wire: readonly WireMessage[], clients: ReadonlySet<Mac>, from: number): Wait[] =>
  waitsFor(wire, clients, from, MessageType.DISCOVER, MessageType.ACK);
export const toRenewal = (wire: readonly WireMessage[], clients: ReadonlySet<Mac>, from: number): Wait[] =>
  waitsFor(wire, clients, from, MessageType.REQUEST, MessageType.ACK);
