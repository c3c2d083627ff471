// A node's store, on NATS: the buckets followed, the leases written with the other nodes under load (docs/adr/0017), and what nodes
// tell and ask each other of it.
import {
  askNode,
  type Bus,
  type CommitNotice,
  followBucket,
  LEASES,
  lastLogged,
  loggedKeys,
  lookAtStream,
  NETWORK,
  onCommitNotice,
  onQuestion,
  publishCommitNotice,
  putRecord,
  streamOf,
} from "@leasehold/bus";
import type { StreamClock } from "@leasehold/cluster";
import { JetStreamLeaseStore } from "@leasehold/lease-store";
import { faultOfNotice, readAnswer, readQuestion } from "@leasehold/views";
import type { StorePorts } from "../../node-ports.ts";
import type { Serving } from "../../node-serving.ts";
import type { FoundStream } from "../../store/store-watch.ts";
import { documentStore } from "../views/document-store.ts";

export function storeOver(bus: Bus, self: string): StorePorts {
  return {
    follow: (bucket, options) => followBucket(bus, bucket, options),
    leases: (commits, forwarding) => new JetStreamLeaseStore(bus, commits, forwarding),
    look: () => look(bus),
    putMember: (key, value, expected) => putRecord(bus, NETWORK, key, value, expected),
    leaseLog: { keys: () => loggedKeys(bus), last: (key) => lastLogged(bus, key) },
    documents: documentStore(() => bus),
    ask: (node, question) => askNode(bus, node, question, readAnswer),
    tell: (notice) => publishCommitNotice(bus, self, notice),
  };
}

async function look(bus: Bus): Promise<FoundStream> {
  try {
    const found = await lookAtStream(bus, streamOf(LEASES));
    return found === undefined ? { kind: "missing" } : { kind: "stream", ...found };
  } catch {
    return { kind: "no-answer" };
  }
}

/** Hands the node what others tell of what they have stored, and what they ask. */
export function hearOthers(bus: Bus, self: string, serving: Serving, clock: StreamClock): void {
  const check = (notice: CommitNotice) => faultOfNotice(notice, clock, performance.now());
  onCommitNotice(bus, self, check, (notice) => serving.receiveCommitNotice(notice));
  onQuestion(bus, self, readQuestion, (question) => serving.answer(question));
}
