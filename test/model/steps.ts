// Everything that can happen next in a state, and what must not.
import type { Decision } from "@leasehold/leases";
import { decisionOf, GUARD_MS, type Packet } from "./node-decides.ts";
import { type Client, NODES, replaced, SKEW_MS, type State, TICK_MS, type Write } from "./state.ts";

/** How far it is looked. */
export interface Bounds {
  readonly ticks: number;
  readonly turns: number;
  readonly events: number;
  readonly writes: number;
}

/** What the nodes or the store do wrong; nothing in the model that must hold. */
export interface Mistakes {
  readonly isGuardIgnored?: boolean;
  readonly isCasIgnored?: boolean;
  readonly isAckedBeforeCommit?: boolean;
}

export interface Step {
  readonly what: string;
  readonly state: State;
  readonly violation?: string | undefined;
}

export function stepsFrom(state: State, bounds: Bounds, mistakes: Mistakes): Step[] {
  return [
    ...timePasses(state, bounds),
    ...clientsAct(state, bounds, mistakes),
    ...viewsAdvance(state),
    ...storeActs(state, bounds, mistakes),
  ];
}

function timePasses(state: State, { ticks }: Bounds): Step[] {
  if (state.tick >= ticks) return [];
  const tick = state.tick + 1;
  const clients = state.clients.map((each) => (each.until <= tick * TICK_MS ? { ...each, until: 0 } : each));
  return [{ what: "time passes", state: { ...state, tick, clients } }];
}

function viewsAdvance(state: State): Step[] {
  return state.seen.flatMap((seen, node) =>
    seen < state.log.length
      ? [
          {
            what: `n${node} sees ${seen + 1}`,
            state: { ...state, seen: replaced(state.seen, node, seen + 1) },
          },
        ]
      : [],
  );
}

function clientsAct(state: State, bounds: Bounds, mistakes: Mistakes): Step[] {
  return state.clients.flatMap((client, of) => {
    const steps: Step[] = [];
    if (client.turn < bounds.turns) {
      const started = { turn: client.turn + 1, waitsFor: client.turn + 1, until: 0 };
      steps.push({
        what: `c${of} starts`,
        state: { ...state, clients: replaced(state.clients, of, started) },
      });
    }
    if (state.writes.length >= bounds.writes) return steps;
    for (let node = 0; node < NODES; node++) {
      if (client.waitsFor > 0) steps.push(...sends(state, of, node, "selecting", client, mistakes));
      if (client.until === 0) continue;
      const gone = { ...client, waitsFor: 0, until: 0 };
      steps.push(...sends(state, of, node, "renewing", { ...client, waitsFor: -client.turn }, mistakes));
      steps.push(...sends(state, of, node, "release", gone, mistakes));
      steps.push(...sends(state, of, node, "decline", gone, mistakes));
    }
    return steps;
  });
}

/** A packet reaches one node; of those that reach more, each is a step of its own. */
function sends(
  state: State,
  of: number,
  node: number,
  packet: Packet,
  client: Client,
  mistakes: Mistakes,
): Step[] {
  const decision = decisionOf(state, node, of, packet, mistakes.isGuardIgnored ? 0 : GUARD_MS);
  const sent = { ...state, clients: replaced(state.clients, of, client) };
  return [decided(sent, node, of, `c${of} ${packet} at n${node}`, decision, mistakes)];
}

function decided(
  state: State,
  node: number,
  of: number,
  what: string,
  decision: Decision,
  mistakes: Mistakes,
): Step {
  const tellsMs = decision.kind === "grant" ? decision.seconds * 1000 : 0;
  const append = "append" in decision ? decision.append : undefined;
  const { waitsFor } = state.clients[of]!;
  if (append === undefined) return tellsMs > 0 ? told(state, of, waitsFor, tellsMs, what) : { what, state };
  const { type, heldSeconds, xid = 0 } = append.event;
  const event = { type, client: of, xid, heldMs: heldSeconds * 1000 };
  const writes = [...state.writes, { node, expected: append.expected, event, tellsMs }];
  const next = { ...state, writes };
  return mistakes.isAckedBeforeCommit && tellsMs > 0
    ? told(next, of, waitsFor, tellsMs, what)
    : { what, state: next };
}

/** An ACK reaches a client, which heeds it if it waits for it. */
function told(state: State, of: number, xid: number, tellsMs: number, what: string): Step {
  const client = state.clients[of]!;
  if (client.waitsFor !== xid || xid === 0) return { what, state };
  const now = state.tick * TICK_MS;
  const other = state.clients.find((each, i) => i !== of && each.until > now);
  const violation = other === undefined ? undefined : `I1: c${of} is granted what another client uses`;
  const bound = { ...client, waitsFor: 0, until: now + tellsMs };
  return {
    what: `${what}: ACK`,
    state: { ...state, clients: replaced(state.clients, of, bound) },
    violation,
  };
}

function storeActs(state: State, bounds: Bounds, mistakes: Mistakes): Step[] {
  const { writes, hasLeader, log } = state;
  if (!hasLeader) {
    const most = Math.min(writes.length, bounds.events - log.length);
    return Array.from({ length: most + 1 }, (_, count) => elected(state, count, mistakes));
  }
  const lost = { what: "the leader is lost", state: { ...state, hasLeader: false } };
  if (log.length >= bounds.events) return [lost];
  return [lost, ...writes.flatMap((write, n) => arrives(state, write, n, mistakes))];
}

/** A write is checked, and answered or not. */
function arrives(state: State, write: Write, n: number, mistakes: Mistakes): Step[] {
  const rest = { ...state, writes: state.writes.filter((_, i) => i !== n) };
  const what = `c${write.event.client}'s ${write.event.type}`;
  if (!isTaken(rest, write, mistakes)) {
    const seen = replaced(rest.seen, write.node, rest.log.length);
    return [{ what: `${what} conflicts`, state: { ...rest, seen } }];
  }
  const unanswered = stored(rest, write, `${what} is stored, unanswered`);
  const seen = replaced(rest.seen, write.node, unanswered.state.log.length);
  const known = { ...unanswered, state: { ...unanswered.state, seen } };
  const answered =
    write.tellsMs > 0 && known.violation === undefined
      ? told(known.state, write.event.client, write.event.xid, write.tellsMs, `${what} is stored`)
      : known;
  return [unanswered, answered];
}

/** The next leader has the first `count` of what was on its way, and nobody is told. */
function elected(state: State, count: number, mistakes: Mistakes): Step {
  let next: Step = { what: "", state: { ...state, writes: [], hasLeader: true } };
  for (const write of state.writes.slice(0, count)) {
    if (next.violation === undefined && isTaken(next.state, write, mistakes))
      next = stored(next.state, write, "");
  }
  return { ...next, what: `a leader is elected, with ${count} writes` };
}

function isTaken(state: State, { expected }: Write, { isCasIgnored }: Mistakes): boolean {
  return isCasIgnored === true || expected === state.log.length;
}

function stored(state: State, { event }: Write, what: string): Step {
  const now = state.tick * TICK_MS;
  const log = [...state.log, { ...event, atMs: now }];
  const user = state.clients.findIndex(({ until }) => until > now);
  const isOthers = user >= 0 && user !== event.client;
  const taken = isOthers ? `I1: c${event.client}'s ${event.type} takes what c${user} uses` : undefined;
  return { what, state: { ...state, log }, violation: taken ?? tooSoon(state, event, now) };
}

/** I7 and I11, by the event before. */
function tooSoon({ log }: State, event: Write["event"], now: number): string | undefined {
  const last = log.at(-1);
  if (last === undefined || last.type === "LeaseReleased") return undefined;
  if (last.type !== "AddressDeclined" && last.client === event.client) return undefined;
  const restMs = last.type === "AddressDeclined" ? 0 : GUARD_MS;
  const isFree = now + SKEW_MS >= last.atMs + last.heldMs + restMs;
  const invariant = last.type === "AddressDeclined" ? "I11" : "I7";
  return isFree
    ? undefined
    : `${invariant}: ${event.type} of c${event.client} came too soon after ${last.type}`;
}
