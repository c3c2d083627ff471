// L1 to L3: a served interface of one node is taken away, or changed. Whoever asks on that link meanwhile is answered by some node (L1);
// when it is back, this node answers on it again within the bound (L2); and all the while the nodes say how it stands (L3). Judged by those who
// only ask (link-crowd.ts), so many a second, each once: which node answers whom is then a matter of chance, as with clients.
import { type Mac, MessageType } from "@leasehold/protocol";
import type { WireMessage } from "../../lab/wire.ts";
import type { FaultRecord, LinkStory } from "../fault-record.ts";
import type { Judge, Violation } from "./judge.ts";

/** A second is what an idle machine takes at most; this one is shared with the clients, the capture and three stores. */
export const LINK_BOUND_MS = 4000;
/** The crowd's hardware addresses begin so. */
export const CROWD_MACS = "02:c4:10:";

/** Of those who ask while two or three nodes can answer. Were one node's share left unanswered, it would be two thirds. */
const SHARE_MIN = 0.85;
/** A judgement by fewer would be one by chance. */
const ASKED_MIN = 10;
const ANSWERED_WITHIN_MS = 1000;

interface Asked {
  readonly at: number;
  isAnswered: boolean;
}

export class LinkService implements Judge {
  readonly name = "a link that comes and goes is served";
  private readonly faults: readonly FaultRecord[];
  private readonly asked = new Map<Mac, Asked>();
  private readonly answers: { readonly at: number; readonly by: Mac }[] = [];

  constructor(faults: readonly FaultRecord[]) {
    this.faults = faults;
  }

  see({ at, client, type, fromMac }: WireMessage): void {
    if (!client.startsWith(CROWD_MACS)) return;
    if (type === MessageType.DISCOVER) this.asked.set(client, { at, isAnswered: false });
    if (type !== MessageType.OFFER) return;
    this.answers.push({ at, by: fromMac });
    const asked = this.asked.get(client);
    if (asked !== undefined && at - asked.at <= ANSWERED_WITHIN_MS) asked.isAnswered = true;
  }

  verdict(): readonly Violation[] {
    return this.faults.flatMap((fault) => (fault.link === undefined ? [] : this.judge(fault, fault.link)));
  }

  private judge(fault: FaultRecord, link: LinkStory): Violation[] {
    const about = `${link.interfaceName} of ${fault.where}, "${fault.name}"`;
    return [
      ...this.unserved(about, fault.struckAt + LINK_BOUND_MS, fault.to),
      ...this.deaf(about, link),
      ...untold(about, fault, link),
    ];
  }

  private unserved(about: string, from: number, to: number): Violation[] {
    if (to <= from) return [];
    const asked = [...this.asked.values()].filter(({ at }) => at >= from && at + ANSWERED_WITHIN_MS <= to);
    const answered = asked.filter(({ isAnswered }) => isAnswered).length;
    if (asked.length >= ASKED_MIN && answered / asked.length >= SHARE_MIN) return [];
    if (asked.length < ASKED_MIN && to - from < 2 * ANSWERED_WITHIN_MS) return [];
    const what = `${about}: ${answered} of ${asked.length} who asked on the link meanwhile were answered within a second`;
    return [{ invariant: "L1", at: from, what }];
  }

  private deaf(about: string, { macs, backAt }: LinkStory): Violation[] {
    const first = this.answers.find(({ at, by }) => at >= backAt && macs.has(by));
    const after = first === undefined ? Number.POSITIVE_INFINITY : first.at - backAt;
    if (after <= LINK_BOUND_MS) return [];
    const seen = first === undefined ? "never" : `${Math.round(after)} ms after that`;
    return [
      { invariant: "L2", at: backAt, what: `${about}: it was back, and the node answered on it ${seen}` },
    ];
  }
}

function untold(about: string, { struckAt }: FaultRecord, { toldMs, upMs, backAt }: LinkStory): Violation[] {
  const say = (at: number, what: string): Violation => ({
    invariant: "L3",
    at,
    what: `${about}: ${what} within ${LINK_BOUND_MS} ms`,
  });
  return [
    ...(toldMs === undefined
      ? [say(struckAt, "readiness, metric and the nodes' views did not all say so")]
      : []),
    ...(upMs === undefined ? [say(backAt, "not all of them said that it was back")] : []),
  ];
}
