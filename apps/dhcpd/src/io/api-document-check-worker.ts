// The thread of api-document-check.ts: texts in, what `readNetwork` says of each out, in the same order.
import { parentPort } from "node:worker_threads";
import { readNetwork } from "@leasehold/network";

parentPort!.on("message", (text: string) => parentPort!.postMessage(readNetwork(text)));
