// Waits until all nodes go by a revision of the network document, and says who does not.
import type { Context } from "../command.ts";
import { Failure } from "../failure.ts";

interface Node {
  readonly name: string;
  readonly state: string;
  readonly networkRevision: number | null;
}

export interface Followed {
  readonly revision: number;
  readonly ms: number;
  /** Those that go by it; of those that are alive, and of all. */
  readonly following: readonly string[];
  readonly lagging: readonly string[];
  readonly away: readonly string[];
}

const FOLLOW_TIMEOUT_MS = 15_000;
const ASK_EVERY_MS = 50;

/** Nodes that are dead or stopped are not waited for, and are said. */
export async function followRevision(revision: number, { api, environment }: Context): Promise<Followed> {
  const began = environment.now();
  for (;;) {
    const nodes = ((await api.get("/api/v1/cluster")).body as { nodes?: readonly Node[] }).nodes ?? [];
    const away = nodes.filter(({ state }) => state === "dead" || state === "stopped");
    const alive = nodes.filter((node) => !away.includes(node));
    const lagging = alive.filter(({ networkRevision }) => (networkRevision ?? 0) < revision);
    const ms = environment.now() - began;
    if (lagging.length === 0 || ms > (environment.followTimeoutMs ?? FOLLOW_TIMEOUT_MS)) {
      const names = (some: readonly Node[]) => some.map(({ name }) => name);
      const following = alive.filter((node) => !lagging.includes(node));
      return { revision, ms, following: names(following), lagging: names(lagging), away: names(away) };
    }
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
}

/** "3 of 3 nodes follow revision 8 after 120 ms." */
export function followedLine({ revision, ms, following, lagging, away }: Followed): string {
  const all = following.length + lagging.length + away.length;
  const dead = away.length > 0 ? ` ${away.join(", ")} ${away.length > 1 ? "are" : "is"} away.` : "";
  return `${following.length} of ${all} nodes follow revision ${revision} after ${ms} ms.${dead}`;
}

export function laggingFailure(followed: Followed): Failure {
  return new Failure(
    `Stored as revision ${followed.revision}, but ${followed.lagging.join(", ")} did not use it within ${followed.ms} ms.`,
    "See `leasehold status` and the log of that node, which says why.",
    { details: [followedLine(followed)], extra: { applied: true, ...followed } },
  );
}
