// What the rules of tidy.test.ts let pass, each with its reason. This list may only shrink: an entry that is no longer
// needed fails the test, and so does a ceiling that is much higher than what it is for.
export interface Allowed {
  readonly rule: string;
  readonly file: string;
  readonly reason: string;
  readonly atMost?: number; // For ceilings.
}

const FOLDER = "a folder has at most 16 modules";
const METHODS = "a class has at most 15 methods";
const FIELDS = "a class has at most 12 fields";
const GREW = "it was larger when the rule came, and may not grow";

export const allowList: readonly Allowed[] = [
  { rule: FOLDER, file: "libs/network/src/checks", reason: "a check each", atMost: 19 },
  { rule: FOLDER, file: "test/bench", reason: GREW, atMost: 27 },
  { rule: FOLDER, file: "test/chaos", reason: GREW, atMost: 19 },
  { rule: FOLDER, file: "test/lab", reason: GREW, atMost: 33 },
  {
    rule: METHODS,
    file: "libs/protocol/src/packet/packet.ts",
    reason: "a field of the packet each, and ways to read an option",
    atMost: 27,
  },
  {
    rule: METHODS,
    file: "libs/leases/src/view/lease-view.ts",
    reason: "a question of a decision each, to what is known of leases",
    atMost: 21,
  },
  {
    rule: METHODS,
    file: "libs/leases/src/decide/offers.ts",
    reason: "a change of the offers each (OfferChange)",
    atMost: 17,
  },
  { rule: METHODS, file: "libs/inventory/src/inventory.ts", reason: "a way to find a host each", atMost: 16 },
  {
    rule: METHODS,
    file: "libs/cluster/src/membership.ts",
    reason: "a question each, to what was heard",
    atMost: 16,
  },
  { rule: METHODS, file: "libs/lease-store/src/group-commits.ts", reason: GREW, atMost: 18 },
  { rule: METHODS, file: "libs/bus/src/bucket/follow.ts", reason: GREW, atMost: 20 },
  { rule: FIELDS, file: "libs/bus/src/bucket/follow.ts", reason: GREW, atMost: 19 },
  { rule: METHODS, file: "libs/tftp/src/server/reception.ts", reason: GREW, atMost: 16 },
  {
    rule: FIELDS,
    file: "apps/bootd/src/boot-server.ts",
    reason: "a part of the process each, put together here",
    atMost: 15,
  },
  {
    rule: FIELDS,
    file: "apps/dhcpd/src/views/node-world.ts",
    reason: "a kind of knowledge each: all that a node knows, as decisions read it",
    atMost: 17,
  },
  { rule: FIELDS, file: "libs/link/src/link.ts", reason: GREW, atMost: 13 },
  {
    rule: FIELDS,
    file: "libs/link/src/reply-batch.ts",
    reason: "the memory that a system call reads, a part each",
    atMost: 17,
  },
  {
    rule: METHODS,
    file: "test/sim/clients/client.ts",
    reason: "a state or a message of RFC 2131, figure 5, each",
    atMost: 24,
  },
  {
    rule: FIELDS,
    file: "test/sim/clients/client.ts",
    reason: "what a machine keeps, and what it is",
    atMost: 16,
  },
  { rule: METHODS, file: "test/sim/judge/wire-judge.ts", reason: "an invariant each", atMost: 16 },
  {
    rule: METHODS,
    file: "test/sim/nats/stream.ts",
    reason: "what JetStream does, and what can happen to it, each",
    atMost: 23,
  },
  { rule: FIELDS, file: "test/sim/nats/stream.ts", reason: GREW, atMost: 14 },
  { rule: FIELDS, file: "test/sim/nodes/node.ts", reason: "what can be wrong with a node, each", atMost: 19 },
];
