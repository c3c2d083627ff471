// What a node has stored, told to the others in one message a batch: core NATS, at most once, on `dhcp.stored.<node>`. It spares
// every node, and the servers, a consumer's message a record; what is not told, or lost, the feed brings (follow.ts).

import { Wrong } from "./bad-message.ts";
import type { Bus } from "./connection.ts";
import { listen, quoted, type Subject } from "./heard.ts";
import { decodeWrites, encodeWrites, type KeyWrite } from "./write-lines.ts";

const PREFIX = "dhcp.stored";
/** What a Date can hold. */
const TIME_MAX = 8.64e15;

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
  if (bus.connected) bus.nc.publish(`${PREFIX}.${self}`, encodeWrites([stream, at, first], writes));
}

/** What is heard on the subject. */
export function storedSubject(check: (told: Told) => Wrong | undefined): Subject<Told> {
  return {
    kind: "commit-notice",
    prefix: PREFIX,
    node: "*",
    read: (data) => {
      const told = readTold(data);
      return told instanceof Wrong ? told : (check(told) ?? told);
    },
  };
}

/** Calls back for what other nodes tell, where `check` finds nothing wrong with it. */
export function onStored(
  bus: Bus,
  self: string,
  check: (told: Told) => Wrong | undefined,
  callback: (told: Told) => void,
): void {
  listen(bus, { ...storedSubject(check) }, (told, _message, node) => {
    if (node !== self) callback(told);
  });
}

function readTold(data: Uint8Array): Told | Wrong {
  const decoded = decodeWrites(data);
  if (decoded === undefined) return new Wrong(quoted(data), "a line of words, and a line a write");
  const { words, writes } = decoded;
  const [stream = "", at, first] = [words[0], Number(words[1]), Number(words[2])];
  if (words.length !== 3 || Number.isNaN(Date.parse(stream)))
    return new Wrong(words.join(" "), "when the stream was made, when this was sent, and a revision");
  if (!Number.isInteger(at) || at <= 0 || at > TIME_MAX) return new Wrong(`${words[1]}`, "a time in ms");
  if (!Number.isSafeInteger(first + writes.length) || first <= 0)
    return new Wrong(`${words[2]}`, "the revision of the first write");
  return { stream, at, first, writes };
}
