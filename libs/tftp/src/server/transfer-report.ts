// What became of a request: for metrics, the log, and a host's timeline.
import type { TransferEnd } from "../transfer.ts";
import type { Asker, OpenRefusal } from "./file-source.ts";

/**
 * `probe` is no failure: the client has asked for the size. `gone`: its machine says that nobody listens. `limit`: dropped, as too many
 * transfers run; the client asks again. `notReady` is dropped, too. `malformed`: no request at all.
 */
export type TransferOutcome =
  | TransferEnd
  | OpenRefusal
  | "gone"
  | "limit"
  | "malformed"
  | "readOnly"
  | "unknownMode"
  | "unreadable"
  | "superseded"
  | "stopped";

export interface TransferReport {
  readonly outcome: TransferOutcome;
  /** The address that was asked. */
  readonly server: string;
  readonly client: Asker;
  /** As it was asked for; empty where the request could not be read. */
  readonly file: string;
  /** That the client has acknowledged. */
  readonly bytes: number;
  readonly ms: number;
  readonly blockSize: number;
  readonly windowSize: number;
  readonly resentBlocks: number;
  /** What the client said with its ERROR, or the machine about the file. */
  readonly detail?: string;
}
