// TFTP at the addresses of bootd.yaml, or at all that the machine has: those that come later, as a floating one does, and without those
// that go.
import { networkInterfaces } from "node:os";
import { OperatorError } from "@leasehold/document/operator-error";
import { TftpServer, TftpServerError } from "@leasehold/tftp/server";
import type { Logger } from "pino";
import { type BootFile, portsOf } from "../../boot-file.ts";
import type { TftpFiles } from "./tftp-files.ts";

const LOOK_EVERY_MS = 1000;

export interface BootTftpParts {
  readonly file: BootFile["tftp"];
  readonly files: TftpFiles;
  readonly log: Logger;
}

export class BootTftp {
  readonly #parts: BootTftpParts;
  #server: TftpServer | undefined;
  #looking: NodeJS.Timeout | undefined;
  #addresses: ReadonlySet<string> = new Set();
  #lastFault = "";

  constructor(parts: BootTftpParts) {
    this.#parts = parts;
  }

  /** @throws OperatorError when a port is taken or not permitted. */
  async start(): Promise<void> {
    const { file, files } = this.#parts;
    if (!file.enabled) return;
    const { addresses = ownAddresses(), port, singlePort, ports } = file;
    try {
      this.#server = await TftpServer.open({
        ...{ addresses, port, files, report: files.report, isSinglePort: singlePort },
        ports: ports === undefined ? undefined : portsOf(ports),
      });
    } catch (cause) {
      if (!(cause instanceof TftpServerError)) throw cause;
      throw new OperatorError(cause.message, { fix: cause.fix, code: "tftp", cause });
    }
    this.#addresses = new Set(addresses);
    if (file.addresses === undefined) this.#looking = setInterval(() => void this.#look(), LOOK_EVERY_MS);
  }

  get addresses(): readonly string[] {
    return this.#server?.endpoints.map(({ address }) => address) ?? [];
  }

  get running(): number {
    return this.#server?.counters.running ?? 0;
  }

  close(): void {
    clearInterval(this.#looking);
    this.#server?.close();
  }

  async #look(): Promise<void> {
    const now = new Set(ownAddresses());
    const gone = [...this.#addresses].filter((address) => !now.has(address));
    for (const address of gone) this.#server?.leave(address);
    this.#addresses = now;
    for (const address of now) await this.#listenAt(address);
  }

  async #listenAt(address: string): Promise<void> {
    try {
      await this.#server?.listenAt(address);
    } catch (cause) {
      // An address that is checked for duplicates cannot be used yet: it is tried again.
      const fault = (cause as Error).message;
      if (fault !== this.#lastFault) this.#parts.log.warn({ address }, fault);
      this.#lastFault = fault;
    }
  }
}

/** Of IPv4, and not of the loopback: no machine boots from there. */
function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((one) => one ?? []);
  return all.filter(({ family, internal }) => family === "IPv4" && !internal).map(({ address }) => address);
}
