// Judges a run from two things alone: the capture of the bridge and what the store holds afterwards.
import type { WireMessage } from "../lab/wire.ts";
import type { FaultRecord } from "./fault-record.ts";
import { Agreement } from "./judges/agreement.ts";
import { isGrant } from "./judges/bindings.ts";
import { Declined } from "./judges/declined.ts";
import { Durable, type Silence } from "./judges/durable.ts";
import type { Judge, Violation } from "./judges/judge.ts";
import { LinkService } from "./judges/link-service.ts";
import { judgeReplay, judgeReuse } from "./judges/log-laws.ts";
import { OneHolder } from "./judges/one-holder.ts";
import { type LeaseLog, leaseLogOf, type StoredMessage } from "./lease-log.ts";
import { Losses } from "./losses.ts";
import { Stalls } from "./stalls.ts";

export interface Evidence {
  /** In order. */
  readonly wire: Iterable<WireMessage>;
  /** Every event that the bucket of leases was given. */
  readonly bucket: readonly StoredMessage[];
  /** The stream that is sourced from it. */
  readonly log: readonly StoredMessage[];
  readonly faults: readonly FaultRecord[];
  /** What was stored is gone: only who has which address is judged, as the wire has it. */
  readonly isStoreLost?: boolean;
}

export interface Findings {
  readonly violations: readonly Violation[];
  readonly packets: number;
  /** ACKs that leased an address. */
  readonly acks: number;
  readonly addresses: number;
  readonly clients: number;
  readonly events: number;
  readonly stalls: Stalls;
  readonly losses: Losses;
}

/** What was on its way when a majority was lost may still be stored. */
const SETTLED_MS = 1000;

const judgesOf = (
  log: LeaseLog,
  silences: readonly Silence[],
  faults: readonly FaultRecord[],
): readonly Judge[] => [
  new OneHolder(log),
  new Durable(log, silences),
  new Agreement(),
  new Declined(log),
  new LinkService(faults),
];

const silencesOf = (faults: readonly FaultRecord[]): Silence[] =>
  faults
    .filter(({ costsQuorum }) => costsQuorum)
    .map(({ name, struckAt, to }) => ({ name, from: struckAt + SETTLED_MS, to }));

/** Of these the wire alone is proof. */
const SEEN_ON_THE_WIRE: ReadonlySet<string> = new Set(["I1", "I4", "I13"]);

export function check({ wire, bucket, log, faults, isStoreLost = false }: Evidence): Findings {
  const leaseLog = leaseLogOf(bucket);
  const judges = judgesOf(leaseLog, silencesOf(faults), faults);
  const stalls = new Stalls(faults);
  const losses = new Losses(faults);
  const seen = { packets: 0, acks: 0 };
  const addresses = new Set<number>();
  const clients = new Set<string>();
  for (const message of wire) {
    seen.packets++;
    for (const judge of judges) judge.see(message);
    stalls.see(message);
    losses.see(message);
    if (!isGrant(message)) continue;
    seen.acks++;
    addresses.add(message.packet.yiaddr);
    clients.add(message.client);
  }
  losses.end();
  const verdicts = judges.flatMap((judge) => judge.verdict());
  const violations = isStoreLost
    ? verdicts.filter(({ invariant }) => SEEN_ON_THE_WIRE.has(invariant))
    : [...verdicts, ...judgeReuse(leaseLog), ...judgeReplay(bucket, log)];
  return {
    violations: violations.toSorted((a, b) => a.at - b.at),
    ...seen,
    addresses: addresses.size,
    clients: clients.size,
    events: bucket.length,
    stalls,
    losses,
  };
}
