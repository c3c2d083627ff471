// What is known of a source for those who ask: GET /api/v1/sources, /metrics, /readyz.
import type { HostEvent, HostProblem } from "@leasehold/inventory";

export interface SourceStatus {
  readonly name: string;
  readonly type: string;
  readonly place: string;
  /** `waiting`: nothing read yet. `failing`: the last look failed, and nothing changes. `held`: the brake is on. */
  readonly state: "waiting" | "ok" | "failing" | "held";
  /** When it was last looked at with success, and last read whole; ISO 8601. */
  readonly lastLook: string | null;
  readonly lastFullRead: string | null;
  readonly lastError: { readonly at: string; readonly message: string } | null;
  readonly reads: number;
  readonly failures: number;
  /** `timeout`, `too-large`, `not-json`, …; `not-written` for hosts that could not be stored. */
  readonly failuresByKind: Readonly<Record<string, number>>;
  readonly rows: number;
  readonly hosts: number;
  readonly quarantined: readonly { readonly host: string; readonly problems: readonly HostProblem[] }[];
  /** Rows that are not even some host's. */
  readonly unusable: readonly HostProblem[];
  /** Hosts that this source names and another one owns. */
  readonly foreign: readonly string[];
  /** Hosts that would be lost. `POST /api/v1/release-brake` lets them go. */
  readonly held: readonly string[];
  readonly events: Readonly<Record<HostEvent["type"], number>>;
}
