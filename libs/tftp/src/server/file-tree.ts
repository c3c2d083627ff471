// One folder, read only. A name is resolved by the kernel, and what was opened is asked where it is: so no link, and no change of a
// folder meanwhile, leads out of the root.
import { constants } from "node:fs";
import { type FileHandle, open, readlink, realpath } from "node:fs/promises";
import type { FileOnDisk, FileSource, OpenFile, OpenRefusal } from "./file-source.ts";

// A pipe or a device would wait for somebody at the other end.
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY;
const REFUSALS: Readonly<Record<string, OpenRefusal>> = {
  ENOENT: "notFound",
  ENOTDIR: "notFound",
  ENAMETOOLONG: "notFound",
  EACCES: "forbidden",
  EPERM: "forbidden",
  ELOOP: "forbidden",
  ENXIO: "forbidden", // A socket.
};

export class FileTree implements FileSource {
  readonly #root: string;

  private constructor(root: string) {
    this.#root = root;
  }

  /** @throws Error when there is no such folder. */
  static async at(folder: string): Promise<FileTree> {
    return new FileTree(await realpath(folder));
  }

  async open(path: readonly string[]): Promise<OpenFile | OpenRefusal> {
    let handle: FileHandle;
    try {
      handle = await open([this.#root, ...path].join("/"), FLAGS);
    } catch (cause) {
      const refusal = REFUSALS[(cause as NodeJS.ErrnoException).code ?? ""];
      if (refusal === undefined) throw cause;
      return refusal;
    }
    try {
      const file = await this.#fileOf(handle);
      if (file === undefined) await handle.close();
      return file ?? "forbidden";
    } catch (cause) {
      await handle.close();
      throw cause;
    }
  }

  async #fileOf(handle: FileHandle): Promise<OpenFile | undefined> {
    const place = await readlink(`/proc/self/fd/${handle.fd}`);
    const root = this.#root === "/" ? "" : this.#root;
    const { isRegular, size, version } = await stateOf(handle);
    return place.startsWith(`${root}/`) && isRegular ? new TreeFile(handle, size, version) : undefined;
  }
}

class TreeFile implements OpenFile {
  readonly size: number;
  readonly version: string;
  readonly #handle: FileHandle;
  #isClosed = false;
  #reads = 0;

  constructor(handle: FileHandle, size: number, version: string) {
    this.#handle = handle;
    this.size = size;
    this.version = version;
  }

  async read(offset: number, length: number): Promise<Uint8Array> {
    this.#reads++;
    try {
      return await this.#readAll(offset, length);
    } finally {
      this.#reads--;
      if (this.#isClosed) this.#closeUnread();
    }
  }

  get onDisk(): FileOnDisk {
    return { descriptor: this.#handle.fd, check: () => this.#check() };
  }

  /** What is being read is read to its end: another transfer may wait for it. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#closeUnread();
  }

  #closeUnread(): void {
    // Nothing was written: there is nothing to lose.
    if (this.#reads === 0) this.#handle.close().catch(() => {});
  }

  async #readAll(offset: number, length: number): Promise<Uint8Array> {
    const octets = Buffer.allocUnsafeSlow(length);
    for (let have = 0; have < length; ) {
      const { bytesRead } = await this.#handle.read(octets, have, length - have, offset + have);
      if (bytesRead === 0) break;
      have += bytesRead;
    }
    await this.#check();
    return octets;
  }

  /** Half of the old and half of the new would be no file at all, and would be kept as the old one's. */
  async #check(): Promise<void> {
    if ((await stateOf(this.#handle)).version !== this.version)
      throw new Error("the file has changed while it was read");
  }
}

async function stateOf(handle: FileHandle): Promise<{ isRegular: boolean; size: number; version: string }> {
  const stat = await handle.stat({ bigint: true });
  const { dev, ino, size, mtimeNs, ctimeNs } = stat;
  return {
    isRegular: stat.isFile(),
    size: Number(size),
    version: [dev, ino, size, mtimeNs, ctimeNs].join(":"),
  };
}
