// The thread of api-document-thread.ts: numbered questions in, answers out. What is kept of a document crosses as it is stored,
// compressed, and is unpacked one at a time; between two of them a shorter question has its turn.
import { setImmediate as others } from "node:timers/promises";
import { parentPort } from "node:worker_threads";
import { readValue } from "@leasehold/bus/values";
import { readNetwork } from "@leasehold/network";
import {
  type HistoryEntry,
  historySteps,
  type KeptRevision,
  revisionView,
} from "../../views/network-history.ts";

/** A kept revision of the document; without `data` it was deleted. */
export interface KeptOctets {
  readonly revision: number;
  readonly at: number;
  readonly data: Uint8Array | undefined;
}

/** `kept` is oldest first. */
export type Question =
  | { readonly kind: "check"; readonly text: string }
  | { readonly kind: "history"; readonly kept: readonly KeptOctets[]; readonly inForce: number }
  | { readonly kind: "revision"; readonly kept: readonly KeptOctets[]; readonly revision: number };

export interface Numbered {
  readonly id: number;
  readonly question: Question;
}

parentPort!.on("message", async ({ id, question }: Numbered) => {
  parentPort!.postMessage({ id, answer: await answerTo(question) });
});

function answerTo(question: Question): unknown {
  switch (question.kind) {
    case "check":
      return readNetwork(question.text);
    case "history":
      return historyOf(question.kept, question.inForce);
    case "revision":
      return JSON.stringify(revisionView(question.kept.map(unpacking), question.revision));
    default:
      return question satisfies never;
  }
}

async function historyOf(kept: readonly KeptOctets[], inForce: number): Promise<HistoryEntry[]> {
  const entries: HistoryEntry[] = [];
  for (const entry of historySteps(kept.map(unpacking), inForce)) {
    entries.unshift(entry);
    await others();
  }
  return entries;
}

function unpacking({ revision, at, data }: KeptOctets): KeptRevision {
  return {
    ...{ revision, at },
    get value() {
      return data && readValue(data);
    },
  };
}
