// A message on the bus that is not what is expected there.

/** What was found in place of what was expected. */
export class Wrong {
  readonly found: string;
  readonly expected: string;

  constructor(found: string, expected: string) {
    this.found = found;
    this.expected = expected;
  }
}

/** A message that was not used. */
export interface BadMessage {
  /** What is said on such a subject: `heartbeat`, `stored`, … */
  readonly kind: string;
  readonly subject: string;
  readonly found: string;
  readonly expected: string;
  /** The message was right, and handling it failed: a fault of ours. */
  readonly fault?: unknown;
}
