// Every message of another process comes through here: it is parsed before it is used, and a fault in it is a value that is reported,
// never an exception. (An exception inside a callback of the NATS client closes the connection.)

import { reasonOf } from "@leasehold/document/operator-error";
import type { Msg } from "@nats-io/transport-node";
import { type BadMessage, Wrong } from "../connection/bad-message.ts";
import type { Bus } from "../connection/connection.ts";

export type Incoming = Pick<Msg, "subject" | "data" | "headers" | "reply">;

export interface Subject<Value> {
  readonly kind: string;
  /** All that comes before the node's name, without the last dot. */
  readonly prefix: string;
  /** `*` for every node's. */
  readonly node: string;
  /** Never throws. */
  readonly read: (data: Uint8Array, node: string) => Value | Wrong;
}

const FOUND_MAX = 80;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Subscribes; a malformed message is reported to `bus.onBadMessage`, and `take` is not called. */
export function listen<Value, Of extends Incoming = Msg>(
  bus: Pick<Bus, "nc" | "onBadMessage">,
  subject: Subject<Value>,
  take: (value: Value, message: Of, node: string) => void,
): void {
  bus.nc.subscribe(`${subject.prefix}.${subject.node}`, {
    callback: (error, message) => {
      if (!error) handleMessage(subject, message as Incoming as Of, take, bus.onBadMessage);
    },
  });
}

/** Never throws, whatever the message is and whatever `take` does. */
export function handleMessage<Value, Of extends Incoming>(
  subject: Subject<Value>,
  message: Of,
  take: (value: Value, message: Of, node: string) => void,
  onBad: (bad: BadMessage) => void,
): void {
  const about = { kind: subject.kind, subject: message.subject };
  let what: Pick<BadMessage, "found" | "expected" | "fault">;
  try {
    const node = message.subject.slice(subject.prefix.length + 1);
    const value = senderOf(subject, message) ?? subject.read(message.data, node);
    if (!(value instanceof Wrong)) {
      take(value, message, node);
      return;
    }
    what = value;
  } catch (fault) {
    what = { found: reasonOf(fault), expected: "to be handled", fault };
  }
  try {
    onBad({
      ...about,
      found: brief(what.found),
      expected: what.expected,
      ...(what.fault ? { fault: what.fault } : {}),
    });
  } catch {
    // A report that fails is given up: there is nobody left to report it to.
  }
}

/**
 * A node publishes without headers, to the subject itself. What a consumer delivers comes under the subject that it was stored
 * with, and what a stream answers to a direct get has headers: a server can be asked for either, to any subject.
 */
function senderOf({ prefix, node }: Subject<unknown>, { subject, headers }: Incoming): Wrong | undefined {
  const name = subject.startsWith(`${prefix}.`) ? subject.slice(prefix.length + 1) : "";
  const isFor = node === "*" ? /^[\w-]{1,64}$/.test(name) : name === node;
  if (!isFor) return new Wrong(`a message of ${subject}`, `one that a node published to ${prefix}.${node}`);
  const named = headers?.keys() ?? [];
  return named.length === 0 ? undefined : new Wrong(`headers ${named.join(", ")}`, "none: nodes send none");
}

/** JSON; a sentence's worth of what is there instead. */
export function readJsonMessage(data: Uint8Array): { readonly json: unknown } | Wrong {
  try {
    return { json: JSON.parse(decoder.decode(data)) };
  } catch {
    return new Wrong(quoted(data), "JSON");
  }
}

export const jsonMessage = (value: unknown): Uint8Array => encoder.encode(JSON.stringify(value));

/** The beginning of some octets, as people can read it. */
export function quoted(data: Uint8Array): string {
  if (data.length === 0) return "nothing";
  const text = decoder.decode(data.subarray(0, FOUND_MAX)).replaceAll(/[^\x20-\x7e]/g, "·");
  return data.length > FOUND_MAX ? `${text}… (${data.length} octets)` : text;
}

function brief(text: string): string {
  return text.length > 4 * FOUND_MAX ? `${text.slice(0, 4 * FOUND_MAX)}…` : text;
}
