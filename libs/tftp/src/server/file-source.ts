// Where the files of a server come from: a folder (file-tree.ts), or whatever else an app puts there.

/** An open file that is as it was when it was opened, or cannot be read any more. */
export interface OpenFile {
  readonly size: number;
  /** The same content has the same one, and other content another one. */
  readonly version: string;
  /** All octets from there to there. @throws Error when they cannot be had, or the file has changed. */
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): void;
  /** For who sends it by other means than `read`; absent where it is no file of the machine. */
  readonly onDisk?: FileOnDisk;
}

export interface FileOnDisk {
  /** Until `close`. */
  readonly descriptor: number;
  /** @throws Error when the file has changed since it was opened. */
  check(): Promise<void>;
}

export type OpenRefusal =
  | "notFound"
  /** Out of the root, a folder, a device, or not readable by this user. */
  | "forbidden"
  /** It can be had soon: the request is dropped, and the client repeats it. */
  | "notReady"
  /** It cannot be had now, and the client is told. */
  | "unavailable";

export interface Asker {
  readonly address: string;
  readonly port: number;
}

export interface FileAsker extends Asker {
  /** The own address that was asked. */
  readonly server: string;
}

export interface FileSource {
  /** @throws Error when the world fails. */
  open(path: readonly string[], asker: FileAsker): Promise<OpenFile | OpenRefusal>;
}
