// How long a client listens after a message of its (RFC 2131 §4.1): it asks again after 4 s, then after 8 s, then 16 s.
const FIRST_MS = 4000;
const LAST_MS = 16_000;
/** `secs` of the second try, and of the third, at least: the waits are "randomized by … -1 to +1". */
const SECOND_TRY_SECS = 3;
const THIRD_TRY_SECS = 10;

/** In ms, from its `secs`, and from how often this node heard it: some clients send no `secs`, and some tries are not heard. */
export function patienceOf(secs: number, times = 1): number {
  const tries = secs >= THIRD_TRY_SECS ? 3 : secs >= SECOND_TRY_SECS ? 2 : 1;
  return Math.min(FIRST_MS * 2 ** (Math.max(times, tries) - 1), LAST_MS);
}
