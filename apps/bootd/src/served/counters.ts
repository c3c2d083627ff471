// What happened, counted: plain numbers, read by the metrics.
import type { Served } from "./served.ts";

export type CountedEvent =
  | "refusedApiConnections"
  | "refusedConnections"
  | "badMessages"
  | "badRecords"
  | "anomalies"
  | "faults"
  | "otherScripts"
  | "loops"
  | "upstreamFaults";

export interface RouteCount {
  readonly route: string;
  readonly via: Served["via"];
  readonly outcome: string;
  requests: number;
  bytes: number;
  seconds: number;
}

export class Counters {
  readonly #routes = new Map<string, RouteCount>();
  readonly #events = new Map<CountedEvent, number>();

  /** Routes and outcomes are closed sets: so is what is kept. */
  served({ route = "none", via, outcome, bytes, ms }: Served): void {
    const key = `${route} ${via} ${outcome}`;
    const known = this.#routes.get(key) ?? { route, via, outcome, requests: 0, bytes: 0, seconds: 0 };
    this.#routes.set(key, known);
    known.requests++;
    known.bytes += bytes;
    known.seconds += ms / 1000;
  }

  count(event: CountedEvent): void {
    this.#events.set(event, this.of(event) + 1);
  }

  of(event: CountedEvent): number {
    return this.#events.get(event) ?? 0;
  }

  get routes(): Iterable<RouteCount> {
    return this.#routes.values();
  }
}
