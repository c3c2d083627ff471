// Which NATS servers are refused for their certificate: each is reported once, and tried again from time to time, as it may be renewed.

import { reasonOf } from "@leasehold/document/operator-error";
import type { Server } from "@nats-io/transport-node";
import { type CertificateFault, certificateFault, placeOf, type Refusal } from "./certificate-fault.ts";

/** A handshake costs both sides some milliseconds of CPU; a certificate is renewed by a person. */
const REST_MS = 2000;
/** As long as the client itself waits before it dials the same server again. */
export const PAUSE_MS = 150;
/** Servers that others tell of come and go. */
const PLACES_MAX = 64;

interface Known {
  readonly fault: CertificateFault;
  readonly since: number;
}

export class DialFaults {
  private readonly known = new Map<string, Known>();
  private tell: ((fault: CertificateFault) => void) | undefined;
  /** Why the last server was not reached that has nothing to do with TLS. */
  otherReason: string | undefined;

  /** From now on each refused server is reported, and again if the reason changes; those that are known now, too. */
  reportTo(tell: (fault: CertificateFault) => void): void {
    this.tell = tell;
    for (const { fault } of this.known.values()) tell(fault);
  }

  note(refusal: Refusal, now: number): void {
    const place = placeOf(refusal.server);
    const before = this.known.get(place)?.fault.message;
    const fault = certificateFault(refusal);
    if (fault === undefined) {
      this.otherReason = `${place}: ${reasonOf(refusal.cause)}`;
      this.known.delete(place);
      return;
    }
    if (this.known.size >= PLACES_MAX) this.known.clear();
    this.known.set(place, { fault, since: now });
    if (before !== fault.message) this.tell?.(fault);
  }

  /** The server was reached, and is trusted. */
  over(place: string): void {
    this.known.delete(place);
  }

  all(): readonly CertificateFault[] {
    return [...this.known.values()].map(({ fault }) => fault);
  }

  /** Which server to dial, when it is another one than the client's choice (the pool's first), and how long to wait before. */
  next(pool: readonly Server[], now: number): { server: Server; delay: number } | null {
    const waits = pool.map((server) => ({ server, delay: this.waitFor(server, now) }));
    if ((waits[0]?.delay ?? 0) === 0) return null;
    return waits.reduce((best, one) => (one.delay < best.delay ? one : best));
  }

  private waitFor({ hostname, port, lastConnect }: Server, now: number): number {
    const since = this.known.get(placeOf({ host: hostname, port }))?.since;
    const due = since === undefined ? lastConnect + PAUSE_MS : since + REST_MS;
    return Math.max(0, due - now);
  }
}
