// sendfile(2): from a file to a socket without a way through this process. It is called in a thread, as the file may have to come from the disk.
import type { Socket } from "node:net";
import koffi from "koffi";

type Callback = (error: Error | null, result: number) => void;

interface Calls {
  readonly dup: (descriptor: number) => number;
  readonly close: (descriptor: number) => number;
  readonly sendfile: {
    async(socket: number, file: number, offset: Buffer, count: number, done: Callback): void;
  };
}

/** Undefined where koffi has no binary for this machine: then files are read and written. */
export function sendfileCalls(): Calls | undefined {
  try {
    const libc = koffi.load(null);
    return {
      dup: libc.func("int dup(int)"),
      close: libc.func("int close(int)"),
      sendfile: libc.func("long sendfile(int, int, void *, size_t)"),
    } as unknown as Calls;
  } catch {
    return undefined;
  }
}

/** A socket of which nothing waits to be written, as the kernel has it. */
export class RawSocket {
  readonly #calls: Calls;
  // A descriptor of our own: a socket that is closed meanwhile gives its number to the next connection, whose client would get the file.
  readonly #descriptor: number;
  readonly #offset = Buffer.allocUnsafeSlow(8);

  private constructor(calls: Calls, descriptor: number) {
    this.#calls = calls;
    this.#descriptor = descriptor;
  }

  /** Undefined where the socket is no plain one, or is closed. */
  static of(socket: Socket, calls: Calls): RawSocket | undefined {
    const { _handle: handle } = socket as Socket & { readonly _handle?: { readonly fd?: number } | null };
    if (handle?.fd === undefined || handle.fd < 0 || "encrypted" in socket) return undefined;
    const descriptor = calls.dup(handle.fd);
    return descriptor < 0 ? undefined : new RawSocket(calls, descriptor);
  }

  /** Octets that the kernel has taken; 0 when it has no room, when the file ends, and for any fault. */
  async send(file: number, offset: number, count: number): Promise<number> {
    this.#offset.writeBigInt64LE(BigInt(offset));
    const sent = await new Promise<number>((resolve, reject) =>
      this.#calls.sendfile.async(this.#descriptor, file, this.#offset, count, (error, result) =>
        error === null ? resolve(Number(result)) : reject(error),
      ),
    );
    return Math.max(0, sent);
  }

  close(): void {
    this.#calls.close(this.#descriptor);
  }
}
