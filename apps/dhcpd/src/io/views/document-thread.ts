// Checks network documents, and compares those that are kept, in a thread of its own: packets do not wait for it. The thread stays
// for a while, as its start alone takes some tenths of a second of a core; its memory has a limit.
import { Worker } from "node:worker_threads";
import { BusError } from "@leasehold/bus";
import type { Checked } from "@leasehold/document";
import type { NetworkDocument } from "@leasehold/network";
import type { HistoryEntry } from "../../views/network-history.ts";
import type { Numbered, Question } from "./document-thread-worker.ts";

const MEMORY_MAX_MB = 512;
const IDLE_MS = 60_000;
/** Each is a document, or some: they wait in memory. */
const WAITING_MAX = 8;

interface Waiting {
  resolve(answer: never): void;
  reject(cause: Error): void;
}

export class DocumentThread {
  private worker: Worker | undefined;
  /** By the number of their question. */
  private waiting = new Map<number, Waiting>();
  private last = 0;
  private idle: NodeJS.Timeout | undefined;
  /** The last one: whoever stores a document had it checked just before. Forgotten when the thread ends. */
  private checked: { readonly text: string; readonly answer: Checked<NetworkDocument> } | undefined;

  get isRunning(): boolean {
    return this.worker !== undefined;
  }

  /** Questions that are not answered yet. */
  get questions(): number {
    return this.waiting.size;
  }

  /** All problems of the text (YAML or JSON), with their lines. */
  async check(text: string): Promise<Checked<NetworkDocument>> {
    if (this.checked?.text !== text)
      this.checked = { text, answer: await this.ask<Checked<NetworkDocument>>({ kind: "check", text }) };
    return this.checked.answer;
  }

  /** The revisions that are kept, newest first. */
  history(question: Omit<Question & { kind: "history" }, "kind">): Promise<readonly HistoryEntry[]> {
    return this.ask({ kind: "history", ...question });
  }

  /** One of them whole, as JSON; undefined when it is not kept, or was deleted. */
  revision(question: Omit<Question & { kind: "revision" }, "kind">): Promise<string | undefined> {
    return this.ask({ kind: "revision", ...question });
  }

  /** @throws BusError when too many wait. */
  private async ask<T>(question: Question): Promise<T> {
    if (this.waiting.size >= WAITING_MAX) {
      throw new BusError(
        `This node is busy with ${WAITING_MAX} other requests about network documents.`,
        "Try again in a moment.",
      );
    }
    clearTimeout(this.idle);
    this.worker ??= this.start();
    const id = ++this.last;
    this.worker.postMessage({ id, question } satisfies Numbered);
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  /** Ends the thread; whoever still waits is told. */
  close(): void {
    clearTimeout(this.idle);
    const { worker } = this;
    if (worker === undefined) return;
    this.ended(worker, "its thread was ended");
    void worker.terminate();
  }

  private start(): Worker {
    const worker = new Worker(new URL("./document-thread-worker.ts", import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MAX_MB },
    });
    worker.unref(); // It alone keeps no process alive.
    worker.on("message", ({ id, answer }: { id: number; answer: never }) => {
      if (this.worker !== worker) return;
      this.waiting.get(id)?.resolve(answer);
      this.waiting.delete(id);
      if (this.waiting.size === 0) this.idle = setTimeout(() => this.close(), IDLE_MS).unref();
    });
    let reason = "";
    worker.once("error", (cause) => {
      reason = cause.message;
    });
    worker.once("exit", (code) => this.ended(worker, reason || `its thread ended with code ${code}`));
    return worker;
  }

  private ended(worker: Worker, reason: string): void {
    if (this.worker !== worker) return;
    this.worker = undefined;
    this.checked = undefined;
    const { waiting } = this;
    this.waiting = new Map();
    for (const { reject } of waiting.values())
      reject(new Error(`The document could not be checked: ${reason}.`));
  }
}
