// A value of a bucket as it is stored: JSON, which an operator can read with any tool; as gzip where it is long, since a NATS server
// takes no message above its `max_payload`, 1 MB by default (docs/adr/0029).
import { gunzipSync, gzipSync } from "node:zlib";
import { BusError } from "../connection/bus-error.ts";
import type { Bus } from "../connection/connection.ts";

/** What is longer is compressed: an older node reads what is not. */
const PLAIN_MAX = 900_000;
/** `max_msg_size` of the buckets, without the subject and the headers of a compare-and-swap. */
const STORED_MAX = 1_000_000 - 4_096;
/** Nothing that a few octets could grow to may take the memory that leases need. */
const READ_MAX = 64 * 1024 * 1024;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function octetsOf(value: unknown): Uint8Array {
  const json = encoder.encode(JSON.stringify(value));
  return json.length > PLAIN_MAX ? gzipSync(json) : json;
}

/** What a bucket holds under a key. */
export function readValue(data: Uint8Array): unknown {
  return readJson(isGzip(data) ? unzipped(data) : data);
}

/** JSON, or the text itself where it is none: its reader can then say what was found. */
export function readJson(data: Uint8Array): unknown {
  const text = decoder.decode(data);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** RFC 1952 §2.3.1; no JSON begins so. */
function isGzip(data: Uint8Array): boolean {
  return data.length > 2 && data[0] === 0x1f && data[1] === 0x8b;
}

function unzipped(data: Uint8Array): Uint8Array {
  try {
    return gunzipSync(data, { maxOutputLength: READ_MAX });
  } catch {
    return encoder.encode("gzip that cannot be read");
  }
}

export interface Room {
  /** In octets, as it would be stored. */
  readonly size: number;
  readonly most: number;
}

/** How much of the room for a value one takes. */
export function roomFor(bus: Bus, value: unknown): Room {
  const payloadMax = (bus.nc.info?.max_payload ?? STORED_MAX) - 4_096;
  return { size: octetsOf(value).length, most: Math.min(payloadMax, STORED_MAX) };
}

/** @throws BusError when the value is too long for the server. */
export function octetsThatFit(bus: Bus, bucket: string, value: unknown): Uint8Array {
  const octets = octetsOf(value);
  const payloadMax = bus.nc.info?.max_payload ?? STORED_MAX;
  if (octets.length <= payloadMax) return octets;
  throw new BusError(
    `A value of ${octets.length} octets does not fit into ${bucket}: the limit of the NATS server is ${payloadMax} per message.`,
    "Raise `max_payload` in the configuration of the NATS servers (1MB or more), or store less.",
  );
}
