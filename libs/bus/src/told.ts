// What a node has stored, told to the others in one message a batch: core NATS, at most once, on `dhcp.stored.<node>`. It spares
// every node, and the servers, a consumer's message a record; what is not told, or lost, the feed brings (follow.ts).
import type { Bus } from "./connection.ts";
import { decodeWrites, encodeWrites, type KeyWrite } from "./write-lines.ts";

const SUBJECT = "dhcp.stored";

/** A batch that a quorum has. */
export interface Told {
  /** Which stream: when it was made, as its leader says it. */
  readonly stream: string;
  /**
   * When it was sent to the stream, by the teller's stream time, in ms: not after the stream's own time of it, but for what two
   * leaders' clocks differ by when one has just followed the other.
   */
  readonly at: number;
  /** Revision of the first write; the others follow it one by one. */
  readonly first: number;
  readonly writes: readonly KeyWrite[];
}

export function tellStored(bus: Bus, self: string, { stream, at, first, writes }: Told): void {
  if (bus.connected) bus.nc.publish(`${SUBJECT}.${self}`, encodeWrites([stream, at, first], writes));
}

/** Calls back for what other nodes tell. */
export function onStored(bus: Bus, self: string, callback: (told: Told) => void): void {
  bus.nc.subscribe(`${SUBJECT}.*`, {
    callback: (error, message) => {
      if (error || message.subject.endsWith(`.${self}`)) return;
      const decoded = decodeWrites(message.data);
      const [stream = "", at = 0, first = 0] = decoded?.words ?? [];
      if (decoded !== undefined && Number(first) > 0 && Number(at) > 0)
        callback({ stream, at: Number(at), first: Number(first), writes: decoded.writes });
    },
  });
}
