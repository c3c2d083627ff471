// How long a client listens after a message of its (RFC 2131 §4.1): it asks again after 4 s, then after 8 s, then 16 s.
const FIRST_MS = 4000;
const LAST_MS = 16_000;

/** In ms, from how often this node heard it ask. */
export function retransmitTimeoutOf(times: number): number {
  return Math.min(FIRST_MS * 2 ** (times - 1), LAST_MS);
}
