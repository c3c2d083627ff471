// Messages on a TCP connection: each behind its size in two octets (RFC 6926 §6.1).
//
//   0      2
//   | size | op, htype, hlen, hops, xid … size octets |

const SIZE_OCTETS = 2;

/** Puts what comes in pieces together again. It holds one message at most, and what came in behind it. */
export class FrameReader {
  private received: Uint8Array = new Uint8Array(0);

  push(octets: Uint8Array): void {
    this.received = this.received.length === 0 ? octets : Buffer.concat([this.received, octets]);
  }

  /** The next message once it is whole; a view of what was pushed. */
  next(): Uint8Array | undefined {
    const { received } = this;
    if (received.length < SIZE_OCTETS) return undefined;
    const end = SIZE_OCTETS + ((received[0]! << 8) | received[1]!);
    if (received.length < end) return undefined;
    this.received = received.subarray(end);
    return received.subarray(SIZE_OCTETS, end);
  }
}

/**
 * Puts a message behind its size at the start of `into`. `write` puts the message there and returns its length, at most
 * 65535. Returns the length of both.
 */
export function frameInto(into: Uint8Array, write: (into: Uint8Array) => number): number {
  const size = write(into.subarray(SIZE_OCTETS));
  into[0] = size >>> 8;
  into[1] = size;
  return SIZE_OCTETS + size;
}
