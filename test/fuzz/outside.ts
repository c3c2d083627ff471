// Runs changed messages and records through everything that takes what other processes say, until a count or a time is reached, or
// one of them throws. What is right stays right: each target has good ones among what it is given.

import {
  beatSubject,
  commitNoticeSubject,
  forwardedSubject,
  handleMessage,
  questionSubject,
  type Subject,
  Wrong,
} from "@leasehold/bus";
import { Inventory } from "@leasehold/inventory";
import { LEASE_WRITES } from "@leasehold/lease-store";
import { instant } from "@leasehold/leases";
import { checkNetwork } from "@leasehold/network";
import { readAnswer, readQuestion, takeIn } from "@leasehold/views";
import { leaseViewOf } from "../../apps/dhcpd/src/api/rows.ts";
import { DhcpMembership } from "../../apps/dhcpd/src/cluster/dhcp-membership.ts";
import { readHeartbeat } from "../../apps/dhcpd/src/cluster/heartbeat.ts";
import { furthestOther } from "../../apps/dhcpd/src/cluster/other-nodes.ts";
import { MemberRegistry } from "../../apps/dhcpd/src/store-loss/member-registry.ts";
import { NodeWorld } from "../../apps/dhcpd/src/views/node-world.ts";
import { readingOf } from "../../apps/syncer/src/sources/smd-rows.ts";
import { readJson } from "../../libs/bus/src/bucket/records.ts";
import { Random } from "../random.ts";
import { mutateText } from "./mutate-text.ts";
import { GOOD } from "./outside-corpus.ts";

export interface OutsideReport {
  readonly count: number;
  readonly seconds: number;
  /** By target, how many were used, and how many were told to be wrong. */
  readonly outcomes: ReadonlyMap<string, { used: number; wrong: number }>;
  readonly failure?: { readonly target: string; readonly octets: Uint8Array; readonly what: string };
}

export interface OutsideLimits {
  readonly count?: number;
  readonly seconds?: number;
  readonly seed: number;
}

/** Takes octets; says whether they were used. Throws only for a fault of ours. */
type Target = (octets: Uint8Array) => boolean;

/** With the same seed, the same messages and records in the same order. */
export function fuzzOutside({
  count = Number.POSITIVE_INFINITY,
  seconds,
  seed,
}: OutsideLimits): OutsideReport {
  const random = new Random(seed);
  const targets = Object.entries(targetsOf());
  const outcomes = new Map(targets.map(([name]) => [name, { used: 0, wrong: 0 }]));
  const started = performance.now();
  const end = started + (seconds ?? Number.POSITIVE_INFINITY) * 1000;
  let done = 0;
  const report = () => ({ count: done, seconds: (performance.now() - started) / 1000, outcomes });
  for (; done < count && (done % 1000 > 0 || performance.now() < end); done++) {
    const [name, target] = targets[done % targets.length]!;
    const good = GOOD[name]!;
    const octets = mutateText(good[random.below(good.length)]!, random);
    try {
      outcomes.get(name)![target(octets) ? "used" : "wrong"]++;
    } catch (thrown) {
      const what = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
      return { ...report(), failure: { target: name, octets, what } };
    }
  }
  return report();
}

/** The same octets again, for who looks into a failure. */
export function repeatOutside(target: string, octets: Uint8Array): boolean {
  const found = targetsOf()[target];
  if (found === undefined)
    throw new TypeError(`there is no target ${target}: ${Object.keys(targetsOf()).join(", ")}`);
  return found(octets);
}

function targetsOf(): Record<string, Target> {
  const membership = new DhcpMembership("n1");
  const heard = <Value>(subject: Subject<Value>, take: (value: Value) => void): Target => {
    const about = `${subject.prefix}.${subject.node === "*" ? "n2" : subject.node}`;
    return (data) => {
      let isUsed = true;
      let fault: unknown;
      handleMessage(subject, { subject: about, data }, take, (bad) => {
        isUsed = false;
        fault = bad.fault;
      });
      // A message that passes the reader and breaks what takes it is what is looked for.
      if (fault !== undefined) throw fault;
      return isUsed;
    };
  };
  const beats = beatSubject(readHeartbeat);
  return {
    heartbeat: heard(beats, (beat) => {
      membership.hear("n2", beat, 0);
      JSON.stringify([
        membership.all(0),
        membership.floatingWords("10.0.0.9", 0),
        furthestOther(membership, 0),
      ]);
    }),
    "commit-notice": heard(
      commitNoticeSubject(({ writes }) => writes.map(LEASE_WRITES.faultOf).find(Boolean)),
      () => {},
    ),
    "forwarded-batch": heard(forwardedSubject("n1", LEASE_WRITES), () => {}),
    question: heard(questionSubject("n1", readQuestion), () => {}),
    answer: heard(questionSubject("n1", readAnswer), () => {}),
    ...recordTargets(membership),
  };
}

function recordTargets(membership: DhcpMembership): Record<string, Target> {
  const world = new NodeWorld("n1", membership);
  const registry = new MemberRegistry({ self: "n1", membership, put: async () => ({ ok: true }) });
  const inventory = new Inventory();
  let revision = 0;
  return {
    lease: (data) => {
      const taken = takeIn(world, { key: "10.0.0.10", data, revision: ++revision, at: 1_700_000_000_000 });
      // Lists, and what is told to other nodes, have a row of it whatever it is.
      for (const lease of world.view.all()) JSON.stringify(leaseViewOf(lease, instant(1_700_000_000_000)));
      return taken === "known" || !("unreadable" in taken);
    },
    host: (data) => {
      const unreadable = inventory.apply("host.x1", readJson(data), ++revision);
      JSON.stringify([...inventory.hosts(), ...inventory.quarantined()]);
      return unreadable === undefined;
    },
    member: (data) => !(registry.take("member.n2", readJson(data), ++revision, 0) instanceof Wrong),
    document: (data) => checkNetwork(readJson(data)).ok,
    smd: (data) => {
      const rows = readJson(data);
      if (!Array.isArray(rows)) return false;
      return readingOf(rows, rows, { hostname: "nid{04d}", hostnameOther: "{id}" }).hosts.length > 0;
    },
  };
}
