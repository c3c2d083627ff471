// What nodes hand and tell each other over NATS, at most once: it takes time, and is lost when one of the two is cut off, and now
// and then for no reason.
import type { CommitNotice } from "@leasehold/bus";
import type { Answer, Question } from "@leasehold/views";
import type { Chance } from "../chance.ts";
import type { Process } from "../nodes/process.ts";
import type { Timeline } from "../timeline.ts";
import type { Enter, StoreDoor } from "./door.ts";

const TRAVEL_MS = [0.2, 2] as const;
const LOSS = 0.03;
const QUESTION_MS = 1000;

/** A node, as another one meets it on NATS. */
export interface Peer {
  readonly name: string;
  readonly door: StoreDoor;
  /** Undefined while it does not run. */
  readonly life:
    | {
        readonly process: Process;
        acceptForwarded(forwarded: Uint8Array, answer: (revision: number) => void): void;
        receiveCommitNotice(notice: CommitNotice): void;
        answer(question: Question): Answer | undefined;
      }
    | undefined;
}

export class Peers {
  private readonly nodes: () => readonly Peer[];
  private readonly timeline: Timeline;
  private readonly chance: Chance;

  constructor(nodes: () => readonly Peer[], timeline: Timeline, chance: Chance) {
    this.nodes = nodes;
    this.timeline = timeline;
    this.chance = chance;
  }

  /** What `to` answers to a batch that `from` hands to it; rejects as a NATS request does. */
  ask(from: Peer, to: string, forwarded: Uint8Array, timeout: number, enter: Enter): Promise<number> {
    return new Promise((resolve, reject) => {
      this.timeline.after(timeout, () => enter(() => reject(new Error("timeout"))));
      const node = this.nodes().find(({ name }) => name === to);
      if (node === undefined) return;
      this.carry(from, node, () => {
        const answer = (revision: number) => this.carry(node, from, () => enter(() => resolve(revision)));
        node.life?.process.enter("store", () => node.life?.acceptForwarded(forwarded, answer));
      });
    });
  }

  /** What `to` answers to a question; rejects as a NATS request does. */
  question(from: Peer, to: string, question: Question, enter: Enter): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.timeline.after(QUESTION_MS, () => enter(() => reject(new Error("timeout"))));
      const node = this.nodes().find(({ name }) => name === to);
      if (node === undefined) return;
      this.carry(from, node, () =>
        node.life?.process.enter("store", () => {
          const answer = node.life?.answer(question);
          if (answer !== undefined) this.carry(node, from, () => enter(() => resolve(answer)));
        }),
      );
    });
  }

  tell(from: Peer, notice: CommitNotice): void {
    for (const node of this.nodes()) {
      if (node === from) continue;
      this.carry(from, node, () =>
        node.life?.process.enter("store", () => node.life?.receiveCommitNotice(notice)),
      );
    }
  }

  private carry(from: Peer, to: Peer, arrive: () => void): void {
    if (!from.door.isOpen || this.chance.happens(LOSS)) return;
    this.timeline.after(this.chance.between(...TRAVEL_MS), () => {
      if (to.door.isOpen && !to.door.isDeaf) arrive();
    });
  }
}
