// What became of a request: for the log, the metrics, and a host's timeline. One report a request, at its end.

import type { RefusalReason, ScriptNote } from "./answer.ts";
import type { Asked } from "./asked.ts";

/**
 * `probe`: the size was asked for, by HEAD or before a transfer. `notModified`: the client has the file. `aborted`: the client went away.
 * `limit`: there were too many at once. All others are words of libs/tftp.
 */
export type ServedOutcome =
  | RefusalReason
  | "complete"
  | "probe"
  | "notModified"
  | "aborted"
  | "timedOut"
  | "unconfirmed"
  | "gone"
  | "limit"
  | "readOnly"
  | "unknownMode"
  | "unreadable"
  | "superseded"
  | "stopped";

export interface Served extends Pick<Asked, "via" | "name" | "client" | "server"> {
  /** The route's name; undefined where none has the name, or nothing was looked for. */
  readonly route: string | undefined;
  readonly outcome: ServedOutcome;
  /** Of the content; by TFTP, what the client has acknowledged. */
  readonly bytes: number;
  readonly ms: number;
  /** Of the machine that asked, where it is known. */
  readonly mac?: string | undefined;
  /** Its id in the inventory. */
  readonly host?: string | undefined;
  /** As the machine or the inventory states it. */
  readonly arch?: string | undefined;
  /** It came from the machine itself, as far as addresses say; a person may ask for another machine's script. */
  readonly isFromMachine?: boolean | undefined;
  /** Where a script was made for the machine. */
  readonly script?: ScriptNote | undefined;
  readonly detail?: string | undefined;
}

/** Whoever wants to know: metrics, the log, what was served last. Never throws. */
export type ReportServed = (served: Served) => void;
