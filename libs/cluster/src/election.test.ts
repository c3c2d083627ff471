// Who is elected. The laws are judged on an address that machines would carry, with a kernel that removes the
// address of a process that stands still: whatever is cut, paused, killed or restarted, never two at once, and one in the end.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Election, type HeardWord, type Word } from "./election.ts";
import { BEAT_EVERY_MS } from "./heartbeat.ts";

const TICK_MS = 100;
const ADDRESS_LIFE_MS = 2000;
/** The kernel looks every quarter of a second. */
const LINGERS_MS = ADDRESS_LIFE_MS + 250;

class Machine {
  readonly name: string;
  canCarry = true;
  isRunning = true;
  private vote: Election;
  private readonly heard = new Map<string, { word: Word; at: number }>();
  private keptUntil = 0;
  private nextBeat = 0;

  constructor(name: string) {
    this.name = name;
    this.vote = new Election({ self: name, lingersMs: LINGERS_MS }, 0);
  }

  /** Whether its kernel has the address. */
  carries(now: number): boolean {
    return now < this.keptUntil;
  }

  hear(node: string, word: Word, at: number): void {
    this.heard.set(node, { word, at });
  }

  /** What it says to the others, if anything. */
  tick(now: number, members: number): Word | undefined {
    const heard: HeardWord[] = [...this.heard].map(([node, { word, at }]) => ({
      ...word,
      node,
      silentMs: now - at,
    }));
    const hasChanged = this.vote.decide({ heard, members, canCarry: this.canCarry }, now);
    if (!this.vote.carries) this.keptUntil = 0;
    if (!hasChanged && now < this.nextBeat) return undefined;
    this.nextBeat = now + BEAT_EVERY_MS;
    if (this.vote.carries) this.keptUntil = now + ADDRESS_LIFE_MS;
    return this.vote.word;
  }

  restart(now: number): void {
    this.isRunning = true;
    this.vote = new Election({ self: this.name, lingersMs: LINGERS_MS }, now);
    this.heard.clear();
  }
}

const FAULTS = ["cut", "mute", "deaf", "heal", "stop", "go", "restart", "unable", "able"] as const;
type Fault = { readonly at: number; readonly what: (typeof FAULTS)[number] };

class Site {
  readonly machines: readonly Machine[];
  now = 0;
  private readonly mute = new Set<Machine>();
  private readonly deaf = new Set<Machine>();

  constructor(count: number) {
    this.machines = Array.from({ length: count }, (_, i) => new Machine(`n${i + 1}`));
  }

  get carriers(): string[] {
    return this.machines.filter((machine) => machine.carries(this.now)).map(({ name }) => name);
  }

  fault({ at, what }: Fault): void {
    const machine = this.machines[at % this.machines.length]!;
    if (what === "cut" || what === "mute") this.mute.add(machine);
    if (what === "cut" || what === "deaf") this.deaf.add(machine);
    if (what === "heal") for (const set of [this.mute, this.deaf]) set.delete(machine);
    if (what === "stop") machine.isRunning = false;
    if (what === "go") machine.isRunning = true;
    if (what === "restart") machine.restart(this.now);
    if (what === "able" || what === "unable") machine.canCarry = what === "able";
  }

  healAll(): void {
    this.mute.clear();
    this.deaf.clear();
    for (const machine of this.machines) {
      machine.canCarry = true;
      machine.isRunning = true;
    }
  }

  /** Each tick is of one machine after the other; all who carried the address at one time are told. */
  pass(ms: number): string[][] {
    const seen: string[][] = [];
    for (const until = this.now + ms; this.now < until; this.now += TICK_MS) {
      for (const machine of this.machines) {
        const word = machine.isRunning ? machine.tick(this.now, this.machines.length) : undefined;
        if (word !== undefined) this.spread(machine, word);
        seen.push(this.carriers);
      }
    }
    return seen;
  }

  private spread(from: Machine, word: Word): void {
    if (this.mute.has(from)) return;
    for (const to of this.machines) if (to !== from && !this.deaf.has(to)) to.hear(from.name, word, this.now);
  }
}

function started(count = 3): Site {
  const site = new Site(count);
  site.pass(6000);
  expect(site.carriers).toEqual(["n1"]);
  return site;
}

const faults = fc.array(
  fc.record({
    after: fc.integer({ min: 0, max: 60 }),
    at: fc.nat({ max: 4 }),
    what: fc.constantFrom(...FAULTS),
  }),
  { maxLength: 25 },
);

test("never on two machines at once, and on one when all is well again", () => {
  fc.assert(
    fc.property(fc.constantFrom(2, 3, 5), faults, (count, history) => {
      const site = new Site(count);
      for (const { after, at, what } of history) {
        const seen = site.pass(after * TICK_MS);
        expect(seen.filter((names) => names.length > 1)).toEqual([]);
        site.fault({ at, what });
      }
      site.healAll();
      expect(site.pass(8000).filter((names) => names.length > 1)).toEqual([]);
      expect(site.carriers).toHaveLength(1);
    }),
    { numRuns: Number(process.env.LAW_RUNS ?? 600) },
  );
});

describe("it moves within 4.2 seconds", () => {
  test.each(["cut", "mute", "stop", "unable"] as const)("when its node is hit by: %s", (what) => {
    const site = started();
    site.fault({ at: 0, what });
    site.pass(4200);
    expect(site.carriers).toEqual(["n2"]);
  });

  test("at once when its node says that it cannot any more", () => {
    const site = started();
    site.fault({ at: 0, what: "unable" });
    site.pass(2 * TICK_MS);
    expect(site.carriers).toEqual(["n2"]);
  });
});

test("it stays where it is when a node comes that would come first", () => {
  const site = started();
  site.fault({ at: 0, what: "cut" });
  site.pass(4500);
  site.fault({ at: 0, what: "heal" });
  const seen = site.pass(10_000);
  expect(seen.filter((names) => names.join() !== "n2")).toEqual([]);
});

test("without a majority nobody has it: not the minority, and not three that are alone", () => {
  const site = started();
  site.fault({ at: 1, what: "cut" });
  site.fault({ at: 2, what: "cut" });
  site.pass(3000);
  expect(site.carriers).toEqual([]);
});

test("a process that stands still has lost it when it goes on", () => {
  const site = started();
  site.fault({ at: 0, what: "stop" });
  site.pass(10_000);
  site.fault({ at: 0, what: "go" });
  const seen = site.pass(3000);
  expect(seen.filter((names) => names.join() !== "n2")).toEqual([]);
});

test("a node that is alone in its cluster has it at once", () => {
  const vote = new Election({ self: "n1", lingersMs: LINGERS_MS }, -5000);
  const alone = { heard: [], members: 1, canCarry: true };
  expect(vote.decide(alone, 0)).toBe(true);
  expect(vote.word).toEqual({ able: true, votesFor: "n1", carries: true });
  expect(vote.decide(alone, 100)).toBe(false);
  vote.giveUp(200);
  expect(vote.word).toMatchObject({ able: false, carries: false });
  vote.decide(alone, 300);
  expect(vote.carries).toBe(false);
  vote.decide(alone, 5000);
  expect(vote.carries).toBe(true);
});
