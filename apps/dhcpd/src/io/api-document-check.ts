// Checks network documents in a thread of its own: a long one takes a third of a second, and packets do not wait for it. The
// thread stays for a while, as its start alone takes as long, and the time of a core that packets may need.
import { Worker } from "node:worker_threads";
import type { Checked, NetworkDocument } from "@leasehold/network";

const MEMORY_MAX_MB = 512;
const IDLE_MS = 60_000;

interface Waiting {
  resolve(checked: Checked<NetworkDocument>): void;
  reject(cause: Error): void;
}

export class DocumentCheck {
  private worker: Worker | undefined;
  /** In the order of the questions, in which the thread answers. */
  private waiting: Waiting[] = [];
  private idle: NodeJS.Timeout | undefined;

  /** All problems of the text (YAML or JSON), with their lines. */
  check(text: string): Promise<Checked<NetworkDocument>> {
    clearTimeout(this.idle);
    this.worker ??= this.start();
    this.worker.postMessage(text);
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }

  /** Ends the thread; whoever still waits is told. */
  close(): void {
    clearTimeout(this.idle);
    void this.worker?.terminate();
  }

  private start(): Worker {
    const worker = new Worker(new URL("./api-document-check-worker.ts", import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MAX_MB },
    });
    worker.unref(); // It alone keeps no process alive.
    worker.on("message", (checked) => {
      this.waiting.shift()?.resolve(checked);
      if (this.waiting.length === 0) this.idle = setTimeout(() => this.close(), IDLE_MS).unref();
    });
    let reason = "";
    worker.once("error", (cause) => {
      reason = cause.message;
    });
    worker.once("exit", (code) => this.ended(worker, reason || `it ended with code ${code}`));
    return worker;
  }

  private ended(worker: Worker, reason: string): void {
    if (this.worker !== worker) return;
    this.worker = undefined;
    const { waiting } = this;
    this.waiting = [];
    for (const { reject } of waiting) reject(new Error(`The document could not be checked: ${reason}.`));
  }
}
