// What happens in a node, for whoever wants to know: metrics, the log, the last packets, tests. A topic an event, with as many
// subscribers as want it, up to a bound. Telling costs a comparison where nobody listens; a subscriber that throws ends nothing
// but its own turn (I15); one that reads later has a buffer that drops the oldest and counts that.
import type { BootEvent } from "@leasehold/boot";
import type { Decision, Instant, Lease, LeaseRequest, Revision, StoreState } from "@leasehold/leases";
import type { Network } from "@leasehold/network";
import type { Ipv4, Mac, Packet } from "@leasehold/protocol";
import type { Arrival, Fault } from "../ports.ts";
import type { Outcome } from "./recent-outcomes.ts";

export interface NodeEvents {
  /** What became of a packet that could be read. */
  packet: Outcome;
  /** A packet was decided on. With what the node knew, this is all that the decision depends on. */
  decision: MadeDecision;
  /** An exchange ended in a reply, so many ms after its packet came. */
  reply: { readonly type: string; readonly ms: number };
  /** A batch of writes to the lease store ended. */
  batch: { readonly size: number; readonly outcome: string; readonly ms: number };
  /** A mistake of ours was caught. */
  fault: Fault;
  /** Another network document is in force. */
  network: Network;
  /** The inventory says something else of the hosts with these hardware addresses; undefined: it may be of all. */
  hosts: { readonly macs: readonly Mac[] | undefined };
  /** The stream shows a lease; only after all that there was has been loaded. */
  lease: Lease;
  /** What the bucket of the leases does as a whole, or has done to it. */
  leases: LeasesChange;
  /** A node, this one or another, answered a client that boots. */
  boot: SeenBoot;
  /** The store has an older event of an address than this node has seen: it was replaced. */
  storeBehind: { readonly address: Ipv4; readonly seen: Revision };
}

export interface SeenBoot {
  readonly mac: Mac;
  readonly event: BootEvent;
}

export type LeasesChange =
  /** It is another one, or an older one: the view is about to be emptied. */
  | { readonly kind: "replaced" }
  /** All of it is in the view; again after it was replaced. */
  | { readonly kind: "loaded" }
  /** The record of a lease was removed by hand. */
  | { readonly kind: "removed"; readonly lease: Lease };

export interface MadeDecision {
  readonly packet: Packet;
  readonly arrival: Arrival;
  readonly request: LeaseRequest;
  readonly now: Instant;
  readonly store: StoreState;
  readonly decision: Decision;
}

const SUBSCRIBERS_MAX = 32;

type Take<Event> = (event: Event) => void;

export class Topic<Event> {
  /** Replaced as a whole, so that whoever comes or goes while it is told does not disturb the others. */
  private subscribers: readonly Take<Event>[] = [];
  private readonly onThrown: (cause: unknown) => void;

  constructor(onThrown: (cause: unknown) => void) {
    this.onThrown = onThrown;
  }

  /** Whether it is worth making an event of what happened. */
  get isHeard(): boolean {
    return this.subscribers.length > 0;
  }

  /** Returns how to end it. @throws RangeError when there are too many: somebody forgets to. */
  subscribe(take: Take<Event>): () => void {
    if (this.subscribers.length >= SUBSCRIBERS_MAX)
      throw new RangeError(`at most ${SUBSCRIBERS_MAX} subscribers of an event`);
    this.subscribers = [...this.subscribers, take];
    return () => {
      this.subscribers = this.subscribers.filter((each) => each !== take);
    };
  }

  /** Never throws. */
  tell(event: Event): void {
    for (const take of this.subscribers) {
      try {
        take(event);
      } catch (cause) {
        this.onThrown(cause);
      }
    }
  }
}

/** Events that are read when there is time for that: the newest so many. */
export class EventBuffer<Event> {
  readonly end: () => void;
  private waiting: Event[] = [];

  constructor(topic: Topic<Event>, max: number, onDropped: () => void) {
    this.end = topic.subscribe((event) => {
      if (this.waiting.length >= max) {
        this.waiting.shift();
        onDropped();
      }
      this.waiting.push(event);
    });
  }

  /** What has come since it was called last, oldest first. */
  take(): readonly Event[] {
    const taken = this.waiting;
    this.waiting = [];
    return taken;
  }
}

export class Events {
  readonly packet: Topic<NodeEvents["packet"]>;
  readonly decision: Topic<NodeEvents["decision"]>;
  readonly reply: Topic<NodeEvents["reply"]>;
  readonly batch: Topic<NodeEvents["batch"]>;
  readonly fault: Topic<NodeEvents["fault"]>;
  readonly network: Topic<NodeEvents["network"]>;
  readonly hosts: Topic<NodeEvents["hosts"]>;
  readonly lease: Topic<NodeEvents["lease"]>;
  readonly leases: Topic<NodeEvents["leases"]>;
  readonly boot: Topic<NodeEvents["boot"]>;
  readonly storeBehind: Topic<NodeEvents["storeBehind"]>;
  private readonly onDropped: (topic: keyof NodeEvents) => void;

  /** `onThrown` is told what a subscriber threw, and of which event; `onDropped` of each event that a buffer had no room for. */
  constructor(parts: {
    readonly onThrown: (topic: keyof NodeEvents, cause: unknown) => void;
    readonly onDropped: (topic: keyof NodeEvents) => void;
  }) {
    const topic = <Name extends keyof NodeEvents>(name: Name) =>
      new Topic<NodeEvents[Name]>((cause) => parts.onThrown(name, cause));
    this.packet = topic("packet");
    this.decision = topic("decision");
    this.reply = topic("reply");
    this.batch = topic("batch");
    this.fault = topic("fault");
    this.network = topic("network");
    this.hosts = topic("hosts");
    this.lease = topic("lease");
    this.leases = topic("leases");
    this.boot = topic("boot");
    this.storeBehind = topic("storeBehind");
    this.onDropped = parts.onDropped;
  }

  /** For who reads later: the newest `max` events of a topic. */
  buffer<Name extends keyof NodeEvents>(name: Name, max: number): EventBuffer<NodeEvents[Name]> {
    const topic = this[name] as unknown as Topic<NodeEvents[Name]>;
    return new EventBuffer(topic, max, () => this.onDropped(name));
  }
}
