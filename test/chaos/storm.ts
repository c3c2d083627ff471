// Faults one after the other, each with its end, and moments of peace between them. A seed gives the same faults in the same
// order for the same times; what they meet is the machine's affair.

import type { Lab } from "../lab/lab.ts";
import { statusAt } from "../lab/service.ts";
import { sleep, until } from "../lab/shell.ts";
import { Random } from "../random.ts";
import type { FaultKind } from "./fault-kind.ts";
import { faultKinds } from "./fault-kinds.ts";
import type { FaultRecord } from "./fault-record.ts";

/** In which all nodes have to serve again after a fault. */
export const RECOVERY_SECONDS = 60;
const PEACE_MS = 3000;

export class Storm {
  /** What has been so far. */
  readonly records: FaultRecord[] = [];
  private readonly lab: Lab;
  private readonly random: Random;
  private readonly say: (line: string) => void;

  constructor(lab: Lab, seed: number, say: (line: string) => void) {
    this.lab = lab;
    this.random = new Random(seed);
    this.say = say;
  }

  /** Kinds at random for so many ms: each of them once, before any of them comes again. */
  async rage(forMs: number, kinds: readonly FaultKind[] = faultKinds): Promise<void> {
    const end = performance.now() + forMs;
    for (let deck: FaultKind[] = []; performance.now() < end; ) {
      if (deck.length === 0) deck = this.shuffled(kinds);
      await this.peace();
      await this.befall(deck.pop()!);
    }
  }

  /** Some seconds without a fault. */
  async peace(): Promise<void> {
    await sleep(PEACE_MS + this.random.below(PEACE_MS));
  }

  /**
   * One fault from its beginning until all nodes serve again.
   * @throws Error when they do not, or when a program has ended by itself.
   */
  async befall(kind: FaultKind): Promise<void> {
    const { name, seconds, costsQuorum = false } = kind;
    const victim = this.lab.nodes[this.random.below(this.lab.nodes.length)]!.name;
    const lasting = seconds[0] * 1000 + this.random.below((seconds[1] - seconds[0]) * 1000 + 1);
    const from = Date.now();
    const heal = await kind.strike(this.lab, victim, this.random);
    const struckAt = Date.now();
    if (!kind.isOver) await sleep(lasting);
    const to = Date.now();
    let servingAt: number | undefined;
    const since = () => `${((Date.now() - to) / 1000).toFixed(1)} s`;
    let story = `${name} (${victim}): ${((to - from) / 1000).toFixed(1)} s; after its end`;
    try {
      await heal();
      story += ` healed in ${since()}`;
      await awaitReady(this.lab, story);
      story += `, all ready in ${since()}`;
      await awaitSameView(this.lab, story);
      story += `, all know the same in ${since()}`;
      servingAt = Date.now();
      await awaitWrites(this.lab, story);
      story += `, the store takes writes in ${since()}`;
    } finally {
      const calmAt = Date.now();
      const times = { from, struckAt, to, servingAt: servingAt ?? calmAt, calmAt };
      const { link } = heal;
      this.records.push({ name, where: victim, costsQuorum, ...times, ...(link && { link }) });
      if (link !== undefined)
        story += `; the link was told of after ${link.toldMs} ms, and up after ${link.upMs} ms`;
      this.say(story);
    }
  }

  private shuffled<T>(list: readonly T[]): T[] {
    const deck = [...list];
    for (let i = deck.length - 1; i > 0; i--) {
      const j = this.random.below(i + 1);
      [deck[i], deck[j]] = [deck[j]!, deck[i]!];
    }
    return deck;
  }
}

/** Waits until every node is ready, and knows all that any node knows then. */
export async function awaitServing(lab: Lab, after: string): Promise<void> {
  await awaitReady(lab, after);
  await awaitSameView(lab, after);
}

async function awaitReady(lab: Lab, after: string): Promise<void> {
  await until(`all nodes are ready after "${after}"`, RECOVERY_SECONDS, async () => {
    const dead = ended(lab);
    if (dead.length > 0) throw new Error(`${dead.join(", ")} has ended by itself`);
    const ready = await Promise.all(lab.nodes.map(({ name }) => statusAt(lab.state.doors[name], "/readyz")));
    return ready.every((status) => status === 200);
  });
}

async function awaitSameView(lab: Lab, after: string): Promise<void> {
  const newest = Math.max(...(await positions(lab)));
  await until(`all nodes know the same after "${after}"`, RECOVERY_SECONDS, async () =>
    (await positions(lab)).every((position) => position >= newest),
  );
}

/** The states of docs/operate.md in which a write is answered at once. */
const WRITABLE = ["healthy", "degraded"];

async function awaitWrites(lab: Lab, after: string): Promise<void> {
  await until(`the store takes writes after "${after}"`, RECOVERY_SECONDS, async () => {
    const states = await Promise.all(
      lab.nodes.map(async ({ name }) => {
        const { store } = (await lab.api(name, "/api/v1/cluster")).body as { store: { state: string } };
        return store.state;
      }),
    );
    return states.every((state) => WRITABLE.includes(state));
  });
}

function ended(lab: Lab): string[] {
  return Object.entries(lab.running()).flatMap(([host, programs]) =>
    Object.entries(programs).flatMap(([program, isRunning]) => (isRunning ? [] : [`${program} on ${host}`])),
  );
}

/** How far each node has followed the bucket of leases, by its own word; nowhere before it knows itself. */
function positions(lab: Lab): Promise<number[]> {
  return Promise.all(
    lab.nodes.map(async ({ name }) => {
      const { nodes } = (await lab.api(name, "/api/v1/cluster")).body as {
        nodes: { name: string; leasesPosition: number }[];
      };
      return nodes.find((node) => node.name === name)?.leasesPosition ?? -1;
    }),
  );
}
