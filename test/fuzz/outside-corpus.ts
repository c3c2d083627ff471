// Good messages and records, by target: what the fuzzer starts from.
import { encodeWrites } from "../../libs/bus/src/node-to-node/write-lines.ts";

const EVENT = {
  ...{ type: "LeaseGranted", v: 1, address: "10.0.0.10", client: "01a4bf0138ee65", mac: "a4:bf:01:38:ee:65" },
  ...{ subnet: "lan", host: "x1", hostname: "nid0001", seconds: 3600, heldSeconds: 7200 },
  relay: { giaddr: "10.0.0.1", agent: "0104c0a80001" },
  trace: { clientIdentifier: "0102", vendorClass: "505845", htype: 1, since: 1_700_000_000_000 },
  ...{ xid: 7, node: "n1", network: 3, inventory: 4, intent: "n1-x-1" },
};
const event = JSON.stringify(EVENT);
const lease = {
  ...{
    address: 167_772_170,
    state: "bound",
    client: EVENT.client,
    mac: EVENT.mac,
    subnet: "lan",
    seconds: 60,
  },
  ...{
    heldSeconds: 120,
    at: 1_700_000_000_000,
    heldUntil: 1_700_000_120_000,
    revision: 7,
    isReserved: false,
  },
  ...{ relay: EVENT.relay, trace: EVENT.trace, xid: 7, node: "n1", intent: "n1-x-1" },
};
const beat = {
  ...{ node: "n2", version: "0.1.0", state: "serving", store: "healthy", isRestoring: false },
  ...{ addresses: ["10.0.0.3"], api: ":8067", networkRevision: 3, leasesPosition: 9, inventoryRevision: 4 },
  floating: { address: "10.0.0.9", able: true, votesFor: "n2", carries: false, obstacle: null },
  ...{ hosts: 1, leases: 2, counters: { received: 7 } },
};
const host = {
  ...{ type: "HostSet", v: 1, id: "x1", source: "smd", observedAt: "2026-11-21T12:00:00Z" },
  host: {
    ...{ hostname: "nid0001", type: "Node", nid: 1, groups: ["a"], labels: { a: "b" } },
    interfaces: [
      {
        ...{ mac: "a4:bf:01:38:ee:65", since: "2026-11-21T12:00:00Z" },
        addresses: [{ address: "10.0.0.10", network: "HMN", since: "2026-11-21T12:00:00Z" }],
      },
    ],
  },
};
const document = {
  version: 1,
  subnets: [
    { id: "lan", prefix: "10.0.0.0/24", interface: "eth0", pools: [{ range: "10.0.0.10-10.0.0.99" }] },
  ],
};
const row = {
  ...{ ID: "a4bf0138ee65", MACAddress: "a4:bf:01:38:ee:65", ComponentID: "x1", Type: "Node", NID: 1 },
  ...{ LastUpdate: "2026-11-21T12:00:00Z", IPAddresses: [{ IPAddress: "10.0.0.10", Network: "HMN" }] },
};
const writes = [{ key: EVENT.address, data: Buffer.from(event), expected: 3 }];
const lines = (...words: (string | number)[]) => Buffer.from(encodeWrites(words, writes)).toString();

export const GOOD: Readonly<Record<string, readonly string[]>> = {
  heartbeat: [JSON.stringify(beat)],
  "commit-notice": [lines("2026-11-21T12:00:00Z", 1_700_000_000_000, 7)],
  "forwarded-batch": [lines(1_700_000_000_000)],
  question: [JSON.stringify({ stream: "2026-11-21T12:00:00Z", after: 7 })],
  answer: [JSON.stringify({ leases: [lease] })],
  lease: [event],
  host: [JSON.stringify(host)],
  member: [JSON.stringify({ node: "n2", addresses: ["10.0.0.3"] })],
  document: [JSON.stringify(document)],
  smd: [JSON.stringify([row, { ...row, ID: "b" }])],
};
