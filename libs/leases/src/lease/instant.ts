// Points in time as the lease store knows them.

declare const brand: unique symbol;

/** Milliseconds since the epoch, in the stream's time. */
export type Instant = number & { readonly [brand]: "Instant" };
/** The sequence of a record in the lease stream; 0 means that there is none. */
export type Revision = number & { readonly [brand]: "Revision" };

export const NO_REVISION = 0 as Revision;

export function instant(ms: number): Instant {
  return ms as Instant;
}

export function revision(sequence: number): Revision {
  return sequence as Revision;
}
