// The thread of api-document-check.ts: a text in, what `readNetwork` says of it out.
import { parentPort, workerData } from "node:worker_threads";
import { readNetwork } from "@leasehold/network";

parentPort!.postMessage(readNetwork(workerData as string));
