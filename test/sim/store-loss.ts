// The store loses what it holds: then one node is started anew at once, and all of them when what was lost can be written back. Clients
// come each time, some of them strangers: who gives away what is held gives it to these.

import type { SimulatedStream } from "./nats/stream.ts";
import type { SimulatedNode } from "./nodes/node.ts";
import type { Timeline } from "./timeline.ts";

const RESTARTS_AFTER_MS = 200;
/** A node that starts is there, and the others have not noticed yet that the store has less. */
const CLIENTS_COME_AFTER_MS = 1500;
const WRITTEN_BACK_AFTER_MS = 40_000;

export interface StoreLossParts {
  readonly timeline: Timeline;
  readonly stream: SimulatedStream;
  readonly nodes: readonly SimulatedNode[];
  readonly startClients: () => void;
}

export function loseStore(
  parts: StoreLossParts,
  victim: SimulatedNode,
  lose: (stream: SimulatedStream) => void,
): void {
  lose(parts.stream);
  parts.timeline.after(RESTARTS_AFTER_MS, () => startAnew(parts, [victim]));
  parts.timeline.after(WRITTEN_BACK_AFTER_MS, () => startAnew(parts, parts.nodes));
}

function startAnew({ timeline, startClients }: StoreLossParts, nodes: readonly SimulatedNode[]): void {
  for (const node of nodes) node.crash();
  timeline.after(RESTARTS_AFTER_MS, () => {
    for (const node of nodes) node.start();
  });
  timeline.after(CLIENTS_COME_AFTER_MS, startClients);
}
