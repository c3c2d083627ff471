// A setting, and a schedule of faults and habits, made from the seed before the run, so that a run can be repeated with something
// left out.
import { Chance } from "./chance.ts";
import { DOCUMENTS } from "./documents.ts";
import { faultKinds, type Kind } from "./faults.ts";
import {
  BUCKET_LOSSES,
  FAULTS_END_MS,
  type Fault,
  type Plan,
  RESERVED_IN_OUTAGE,
  type Setting,
  SKEW_MAX_MS,
  STORE_LOSSES,
  STRANGERS_COME,
} from "./setting.ts";

/** They begin when most clients have an address, so that there is something to lose. */
const FAULTS_START_MS = 5000;

/** An address that was given too many is held for longer than it takes to put that in order. */
const LONG_LEASES = { pool: 40, heldFactor: 2, leaseSeconds: 120 } as const;

export function planOf(seed: number): Plan {
  const chance = new Chance(seed, "plan");
  const isSplitLast = chance.happens(0.15);
  const setting = { ...settingOf(chance), ...(isSplitLast ? LONG_LEASES : {}) };
  const count = chance.pick([3, 8, 16, 30, 45]);
  const faults = Array.from({ length: count }, () => faultOf(chance, setting));
  if (isSplitLast) faults.push(lastSplit(chance));
  const plan = { seed, setting, faults: faults.sort((a, b) => a.at - b.at) };
  if (chance.happens(0.1)) return withWatchedOutage(plan);
  const losing = chance.of("store lost");
  if (losing.happens(0.15)) return withLostStore(plan, losing);
  const bucket = chance.of("bucket lost");
  if (bucket.happens(0.1)) return withLostBucket(plan, bucket);
  return setting.isProbed && chance.of("strangers").happens(0.3) ? withStrangers(plan) : plan;
}

/** Machines that are no clients take addresses of the pool, and then clients come that need new ones. */
function withStrangers({ seed, setting, faults }: Plan): Plan {
  const [at, forMs] = [120_000, 60_000];
  const isApart = (fault: Fault) => fault.at + fault.forMs < at - 30_000 || fault.at > at + forMs + 10_000;
  const strangers = { kind: STRANGERS_COME, at, forMs, node: 0, client: 0, number: 0 };
  return {
    seed,
    setting: { ...setting, pool: 2 * setting.clients.length + 6, loss: 0 },
    faults: [...faults.filter((fault) => isApart(fault) && !LASTING.has(fault.kind)), strangers].sort(
      (a, b) => a.at - b.at,
    ),
  };
}

/** A bucket besides the leases' loses what it holds while all else is whole. */
function withLostBucket({ seed, setting, faults }: Plan, chance: Chance): Plan {
  const [at, forMs] = [120_000, 40_000];
  const isApart = (fault: Fault) => fault.at + fault.forMs < at - 30_000 || fault.at > at + forMs + 10_000;
  const others = faults.filter((fault) => isApart(fault) && !LASTING.has(fault.kind));
  const loss = { kind: chance.pick(BUCKET_LOSSES), at, forMs, node: 0, client: 0, number: 0 };
  return {
    seed,
    setting: { ...setting, reserved: Math.max(1, setting.reserved), loss: 0 },
    faults: [...others, loss].sort((a, b) => a.at - b.at),
  };
}

/** The store loses what it holds while all else is whole; then one node is started anew, and later all of them. */
function withLostStore({ seed, setting, faults }: Plan, chance: Chance): Plan {
  const [at, forMs] = [120_000, 60_000];
  const isApart = (fault: Fault) => fault.at + fault.forMs < at - 30_000 || fault.at > at + forMs + 10_000;
  const loss = {
    ...{ kind: chance.pick(STORE_LOSSES), at, forMs, client: 0 },
    node: chance.below(setting.nodes),
    number: chance.below(1000),
  };
  return {
    seed,
    setting: { ...setting, pool: setting.clients.length + 3, heldFactor: 1, leaseSeconds: 120, loss: 0 },
    faults: [...faults.filter((fault) => isApart(fault) && !LASTING.has(fault.kind)), loss].sort(
      (a, b) => a.at - b.at,
    ),
  };
}

/** The store loses its majority while all else is whole: then a reserved host is answered (I6). */
function withWatchedOutage({ seed, setting, faults }: Plan): Plan {
  const [at, forMs] = [120_000, 40_000];
  const isApart = (fault: Fault) => fault.at + fault.forMs < at - 30_000 || fault.at > at + forMs + 10_000;
  const others = faults.filter((fault) => isApart(fault) && !LASTING.has(fault.kind));
  const outage = { kind: RESERVED_IN_OUTAGE, at, forMs, node: 0, client: 0, number: 0 };
  return {
    seed,
    setting: { ...setting, ...LONG_LEASES, reserved: Math.max(1, setting.reserved), loss: 0 },
    faults: [...others, outage].sort((a, b) => a.at - b.at),
  };
}

/** What goes on after its end. */
const LASTING: ReadonlySet<string> = new Set(["clock step", "clock drift", "leader's clock", "host"]);

function settingOf(chance: Chance): Setting {
  const clients = Array.from({ length: 3 + chance.below(6) }, () => ({
    isRelayed: chance.happens(0.4),
    isFirmware: chance.happens(0.15),
    isRestless: chance.happens(0.3),
  }));
  const nodes = chance.happens(0.2) ? 2 : 3;
  const room = chance.pick(["scarce", "crowded", "roomy", "roomy"] as const);
  const skewed = () =>
    chance.pick([0, 0, -SKEW_MAX_MS, SKEW_MAX_MS, chance.between(-SKEW_MAX_MS, SKEW_MAX_MS)]);
  return {
    nodes,
    clients,
    reserved: chance.below(3),
    pool: poolFor(room, clients.length, chance),
    heldFactor: room !== "roomy" || chance.happens(0.3) ? 1 : 2,
    leaseSeconds: chance.pick(room === "roomy" ? [30, 60, 120] : [30, 45, 60]),
    skews: Array.from({ length: nodes }, skewed),
    ...oneServer(chance),
    isAuthoritative: chance.happens(0.4),
    loss: chance.pick([0, 0, 0.02, 0.1]),
    isShared: chance.of("shared").happens(0.5),
    isProbed: chance.of("probed").happens(0.4),
  };
}

function oneServer(chance: Chance): Pick<Setting, "isOneServer" | "isFloating"> {
  const isOneServer = chance.happens(0.3);
  return { isOneServer, isFloating: isOneServer && chance.of("floating").happens(0.6) };
}

function poolFor(room: "scarce" | "crowded" | "roomy", clients: number, chance: Chance): number {
  if (room === "roomy") return 40;
  return room === "crowded" ? clients + chance.below(2) : Math.max(2, clients - 1 - chance.below(3));
}

function faultOf(chance: Chance, setting: Setting): Fault {
  const kind = weighted(chance);
  const at = Math.round(chance.between(FAULTS_START_MS, FAULTS_END_MS - 1000));
  const longest = Math.min(FAULTS_END_MS - at, kind.longestMs);
  const forMs = Math.round(chance.pick([chance.between(200, 5000), chance.between(1000, 20_000), longest]));
  return {
    kind: kind.name,
    at,
    forMs: Math.min(Math.max(forMs, kind.shortestMs ?? 0), longest),
    node: chance.below(setting.nodes),
    client: chance.below(setting.clients.length),
    number: kind.name === "document" ? chance.below(DOCUMENTS.length) : chance.below(1000),
  };
}

/** Until the very end, so that what comes of it must be put in order when all is whole. */
function lastSplit(chance: Chance): Fault {
  const forMs = 45_000;
  const number = 2 * chance.below(500);
  return { kind: "split into islands", at: FAULTS_END_MS - forMs, forMs, node: 0, client: 0, number };
}

function weighted(chance: Chance): Kind {
  const total = faultKinds.reduce((sum, { weight }) => sum + weight, 0);
  let left = chance.between(0, total);
  for (const kind of faultKinds) {
    left -= kind.weight;
    if (left < 0) return kind;
  }
  return faultKinds[0]!;
}
