// The thread of api-document-thread.ts: questions in, answers out, in the same order. What is kept of a document crosses as it is
// stored, compressed, and is unpacked one at a time.
import { parentPort } from "node:worker_threads";
import { readValue } from "@leasehold/bus/values";
import { readNetwork } from "@leasehold/network";
import { historyOf, type KeptRevision, revisionView } from "../network-history.ts";

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

parentPort!.on("message", (question: Question) => parentPort!.postMessage(answerTo(question)));

function answerTo(question: Question): unknown {
  switch (question.kind) {
    case "check":
      return readNetwork(question.text);
    case "history":
      return historyOf(question.kept.map(unpacking), question.inForce);
    case "revision":
      return JSON.stringify(revisionView(question.kept.map(unpacking), question.revision));
    default:
      return question satisfies never;
  }
}

function unpacking({ revision, at, data }: KeptOctets): KeptRevision {
  return {
    ...{ revision, at },
    get value() {
      return data && readValue(data);
    },
  };
}
