// Checks a network document in a thread of its own: a long one takes a third of a second, and packets do not wait for it.
import { Worker } from "node:worker_threads";
import type { Checked, NetworkDocument } from "@leasehold/network";

const MEMORY_MAX_MB = 512;

/** All problems of the text (YAML or JSON), with their lines. */
export function checkDocumentText(text: string): Promise<Checked<NetworkDocument>> {
  const worker = new Worker(new URL("./api-document-check-worker.ts", import.meta.url), {
    workerData: text,
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MAX_MB },
  });
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", (cause) =>
      reject(new Error(`The document could not be checked: ${cause.message}`, { cause })),
    );
    worker.once("exit", (code) => reject(new Error(`The check of the document ended with code ${code}.`)));
  });
}
