// The durable log, as it was read from the store after a run: each event of each address, with the stream's time.
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import type { LeaseEvent } from "@leasehold/leases";
import { type Ipv4, type Mac, parseIpv4 } from "@leasehold/protocol";
import type { Lab } from "../lab/lab.ts";
import { typescript } from "../lab/service.ts";

/** A message of a stream. */
export interface StoredMessage {
  readonly seq: number;
  /** ms since the epoch. */
  readonly at: number;
  readonly subject: string;
  /** Of the lease log: the bucket's stream and sequence that it was sourced from. */
  readonly source: string;
  /** Of the value's octets. */
  readonly digest: string;
  /** Undefined when the value is none. */
  readonly event: BriefEvent | undefined;
}

/** What judges need of an event: hours of them have to fit into memory. */
export type BriefEvent = Pick<LeaseEvent, "type" | "address" | "client" | "mac" | "heldSeconds" | "node">;

export function briefly(event: LeaseEvent | undefined): BriefEvent | undefined {
  if (!event) return undefined;
  const { type, address, client, mac, heldSeconds, node } = event;
  return { type, address, client, ...(mac && { mac }), heldSeconds, node };
}

export interface LogEntry {
  readonly seq: number;
  readonly at: number;
  readonly address: Ipv4;
  readonly mac: Mac | undefined;
  readonly event: BriefEvent;
}

/** Events by address, oldest first. */
export type LeaseLog = ReadonlyMap<Ipv4, readonly LogEntry[]>;

/** @throws Error for a message that is no lease event. */
export function leaseLogOf(messages: readonly StoredMessage[]): LeaseLog {
  const entries = messages.map(({ seq, at, event, subject }): LogEntry => {
    if (!event) throw new Error(`${subject} holds no lease event at ${seq}.`);
    return { seq, at, address: parseIpv4(event.address)!, mac: event.mac, event };
  });
  return Map.groupBy(entries, ({ address }) => address);
}

const BINDS = ["LeaseGranted", "LeaseRenewed"];
export const isBinding = ({ event }: LogEntry): boolean => BINDS.includes(event.type);
export const heldUntil = ({ at, event }: LogEntry): number => at + event.heldSeconds * 1000;

/** Makes the bucket keep each event, so that each has its stream time: the lease log has the time at which it was copied. */
export async function keepEveryEvent(lab: Lab): Promise<void> {
  await onStore(lab, "keep-all");
}

/** Every message that a stream holds. */
export async function readStream(lab: Lab, stream: string): Promise<StoredMessage[]> {
  const file = `${lab.state.directory}/${stream}.jsonl`;
  await onStore(lab, "dump", stream, file);
  const messages: StoredMessage[] = [];
  for await (const line of createInterface({ input: createReadStream(file) }))
    messages.push(JSON.parse(line) as StoredMessage);
  return messages;
}

async function onStore(lab: Lab, ...words: readonly string[]): Promise<void> {
  const { nats } = lab.layout();
  const argv = [...typescript("test/chaos/store-program.ts"), nats.servers.join(), nats.user, ...words];
  const { code, stderr } = await lab.exec("n1", argv, { env: { LEASEHOLD_NATS_PASSWORD: nats.password } });
  if (code !== 0) throw new Error(`The store cannot be read (${words.join(" ")}): ${stderr.trim()}`);
}
