// A node that starts asks whether its name is free. Where nobody listens to questions by that name, NATS says so at once, and nothing
// is waited for: a process that was killed is not in the way of the next one. Else its heartbeats tell whether somebody lives.
import type { Bus } from "@leasehold/bus";
import { BEAT_EVERY_MS, type NodeName, REFUSED_BEAT_MS } from "@leasehold/cluster";
import { reasonOf } from "@leasehold/document/operator-error";

const ANSWER_MAX_MS = 500;
const LOOK_EVERY_MS = 50;
/** In which a living node is heard. */
const LISTEN_MS = 2 * BEAT_EVERY_MS + 200;

export interface ClaimParts {
  readonly steady: () => number;
  /** The node stops. */
  readonly isOver: () => boolean;
  /** Tells the other one, and nobody else, that this one waits. */
  readonly tell: () => void;
}

/** Returns when the name is this node's. */
export async function claimName(
  bus: Bus,
  name: NodeName,
  { steady, isOver, tell }: ClaimParts,
): Promise<void> {
  const isFree = await nobodyListens(bus, name.self);
  const until = steady() + (isFree ? 0 : LISTEN_MS);
  let toldAt = Number.NEGATIVE_INFINITY;
  while (!isOver() && (steady() < until || name.refusal(steady()) !== undefined)) {
    if (name.refusal(steady()) !== undefined && steady() - toldAt >= REFUSED_BEAT_MS) {
      toldAt = steady();
      tell();
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  name.claim();
}

async function nobodyListens(bus: Bus, self: string): Promise<boolean> {
  try {
    await bus.nc.request(`dhcp.ask.${self}`, "{}", { timeout: ANSWER_MAX_MS });
    return false;
  } catch (cause) {
    return /no responders/i.test(reasonOf(cause));
  }
}
