// What a node is told, and what it decides, as lines of JSON; and the same decisions made again from the lines alone. Between two
// packets the log has what has changed of what the node knows: records, offers, hosts, members, the network document, and when.
import { type Decision, decide, instant, type StoreState } from "@leasehold/leases";
import type { NetworkDocument } from "@leasehold/network";
import type { Ipv4 } from "@leasehold/protocol";
import { type Reader, requestOf } from "../src/request/lease-request.ts";
import type { MadeDecision } from "../src/telemetry/events.ts";
import type { NodeWorld } from "../src/views/node-world.ts";
import { TestNode } from "./node.ts";
import { decoded } from "./wire.ts";

/** Methods by which what a node knows changes; what they are called with is plain data. */
const CHANGES = {
  view: ["apply", "noteRemoved"],
  offers: ["apply", "settle", "sweep", "forgetPools", "limitTo"],
  inventory: ["apply"],
  membership: ["hear", "refresh", "register", "unregister", "addOwnAddress"],
  seenRelays: ["note"],
  nonces: ["set", "delete"],
} as const satisfies { readonly [Part in keyof NodeWorld]?: readonly (keyof NodeWorld[Part])[] };

type Part = keyof typeof CHANGES;
/** Stands for the world itself among the arguments. */
const WORLD = "the world";

type Line =
  | {
      readonly kind: "network";
      readonly name: string;
      readonly address: string;
      readonly givesNonces: boolean;
      readonly document: NetworkDocument;
    }
  | { readonly kind: "change"; readonly of: Part; readonly by: string; readonly with: readonly unknown[] }
  | {
      readonly kind: "packet";
      readonly packet: string;
      readonly from: { readonly interfaceName: string; readonly addresses: readonly Ipv4[] };
      readonly isBroadcast: boolean | null;
      readonly now: number;
      readonly store: StoreState;
      readonly intent: string;
      readonly decision: string;
    };

/** Begins a log of what `node`, which has begun with `document`, is told and decides. */
export function record(node: TestNode, document: NetworkDocument, givesNonces = false): string[] {
  const log: string[] = [];
  const note = (line: Line) => log.push(JSON.stringify(line, written));
  const { name, address } = node;
  note({ kind: "network", name, address, givesNonces, document });
  for (const [part, methods] of Object.entries(CHANGES) as [Part, readonly string[]][])
    for (const by of methods)
      watch(node.world[part], by, (args) =>
        note({ kind: "change", of: part, by, with: args.map((arg) => (arg === node.world ? WORLD : arg)) }),
      );
  const { setNetwork } = node;
  node.setNetwork = (next) => {
    note({ kind: "network", name, address, givesNonces, document: next });
    setNetwork.call(node, next);
  };
  node.core.telemetry.events.decision.subscribe((made) => note(lineOf(made)));
  return log;
}

function lineOf({ packet, arrival, request, now, store, decision }: MadeDecision): Line {
  const { link, isBroadcast = null } = arrival;
  return {
    ...{ kind: "packet", packet: Buffer.from(packet.bytes).toString("hex"), isBroadcast, now, store },
    from: { interfaceName: link.interfaceName, addresses: link.addresses },
    ...{ intent: request.intent, decision: shown(decision) },
  };
}

/** Calls `told` with the arguments of each call from outside: what a method calls of its own object comes of itself. */
function watch(object: object, name: string, told: (args: readonly unknown[]) => void): void {
  const methods = object as Record<string, (...args: unknown[]) => unknown>;
  const before = methods[name]!;
  methods[name] = (...args) => {
    if (!within.has(object)) told(args);
    const isOutermost = !within.has(object);
    within.add(object);
    try {
      return before.apply(object, args);
    } finally {
      if (isOutermost) within.delete(object);
    }
  };
}

const within = new Set<object>();

/** For each packet of a log: what was decided, and what is decided again. */
export function replay(log: readonly string[]): { readonly recorded: string; readonly replayed: string }[] {
  const [first, ...rest] = log.map((line) => JSON.parse(line, read) as Line);
  if (first?.kind !== "network") throw new Error("a log begins with the network");
  const { name, address, document, givesNonces } = first;
  // What they are does not matter to a decision, but that there is one.
  const ports: Pick<Reader, "randomOctets"> = givesNonces
    ? { randomOctets: (size: number) => new Uint8Array(size) }
    : {};
  const node = new TestNode({ name, address, network: document, ports });
  return rest.flatMap((line) => {
    switch (line.kind) {
      case "network":
        node.setNetwork(line.document);
        return [];
      case "change":
        change(node.world, line);
        return [];
      case "packet":
        return [{ recorded: line.decision, replayed: decidedAgain(node, line, ports) }];
      default:
        return line satisfies never;
    }
  });
}

function change(world: NodeWorld, { of, by, with: args }: Extract<Line, { kind: "change" }>): void {
  (world[of] as unknown as Record<string, (...args: unknown[]) => unknown>)[by]!(
    ...args.map((arg) => (arg === WORLD ? world : arg)),
  );
}

function decidedAgain(
  node: TestNode,
  line: Extract<Line, { kind: "packet" }>,
  { randomOctets }: Pick<Reader, "randomOctets">,
): string {
  const { from, isBroadcast, now, store, intent } = line;
  node.clock.ms = now;
  const packet = decoded(Buffer.from(line.packet, "hex"));
  const ingress = { ...from, isBroadcast: isBroadcast ?? undefined };
  const request = requestOf(
    { world: node.world, clocks: node.core.clocks, nextIntent: () => intent, randomOctets },
    packet,
    ingress,
  );
  if (typeof request === "string") return request;
  return shown(decide(node.world, { ...request, intent }, instant(now), store));
}

/** All of a decision; of what it took from the document and the inventory, which one it is. */
function shown(decision: Decision): string {
  return JSON.stringify(decision, (key, value) => {
    if (key === "subnet" || key === "pool" || key === "host") return value?.id ?? value;
    if (value instanceof Map || value instanceof Set) return [...value];
    return written(key, value);
  });
}

const INFINITE = "infinite";

function written(_key: string, value: unknown): unknown {
  return value === Number.POSITIVE_INFINITY ? INFINITE : value;
}

function read(_key: string, value: unknown): unknown {
  return value === INFINITE ? Number.POSITIVE_INFINITY : value;
}
