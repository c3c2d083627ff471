// The thread of api-document-check.ts. Texts in, what `readNetwork` says of each out, in the same order; of what was stored, only
// what is wrong with it: the document itself is made where it is needed, for less than a copy would cost.
import { parentPort } from "node:worker_threads";
import { checkNetwork, readNetwork } from "@leasehold/network";

parentPort!.on("message", ({ text, isStored }: { text: string; isStored: boolean }) =>
  parentPort!.postMessage(isStored ? judged(text) : readNetwork(text)),
);

function judged(json: string) {
  const checked = checkNetwork(stored(json));
  return checked.ok ? { ok: true, warnings: checked.warnings } : checked;
}

function stored(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}
