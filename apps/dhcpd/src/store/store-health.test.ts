import type { CasOutcome, StoreFault } from "@leasehold/bus";
import { expect, test } from "vitest";
import { StoreHealth, type StoreLook } from "./store-health.ts";

const unknown = (cause: StoreFault): CasOutcome => ({ kind: "unknown", cause, reason: cause });
const stored: CasOutcome = { kind: "stored", revision: 1 };
const look = (current: number, hasLeader = true): StoreLook => ({
  ...{ kind: "stream", hasLeader, copies: 3, current },
});

class Store {
  isConnected = true;
  now = 0;
  readonly health = new StoreHealth(() => this.isConnected);

  attempt(outcome: CasOutcome, ms = 1): this {
    this.health.noteAttempt(outcome, ms, this.now);
    return this;
  }

  look(found: StoreLook): this {
    this.health.noteLook(found, this.now, this.now);
    return this;
  }

  /** As a node looks: once a second. */
  passLooking(seconds: number, found: StoreLook): this {
    for (let i = 0; i < seconds; i++) {
      this.now += 1000;
      this.look(found);
    }
    return this;
  }

  get is(): string {
    const may = [
      this.health.isPrompt(this.now) ? "prompt" : "",
      this.health.mayOffer(this.now) ? "offers" : "",
      this.health.mayWrite(this.now) ? "writes" : "",
      this.health.unreadiness(this.now) === undefined ? "ready" : "",
    ];
    return [this.health.state(this.now), ...may].filter((word) => word !== "").join(" ");
  }
}

test("nothing is wrong until something is heard", () => {
  expect(new Store().is).toBe("healthy prompt offers writes ready");
  expect(new Store().attempt(stored).look(look(3)).is).toBe("healthy prompt offers writes ready");
});

test("a copy less: degraded, and served as ever", () => {
  expect(new Store().look(look(2)).is).toBe("degraded prompt offers writes ready");
});

test.each(["no-leader", "no-answer", "disconnected"] as const)(
  "a write without an answer, %s: electing",
  (cause) => {
    const store = new Store().attempt(unknown(cause));
    expect(store.is).toBe("electing offers writes ready");
    expect(store.attempt(stored).is).toBe("healthy prompt offers writes ready");
  },
);

test("what became of a write in the end counts the same", () => {
  const store = new Store();
  store.health.note("unknown", 0);
  expect(store.is).toBe("electing offers writes ready");
  store.health.note("conflict", 1);
  expect(store.is).toBe("healthy prompt offers writes ready");
});

test("longer than an election: no quorum, and no offers", () => {
  const store = new Store().look(look(0, false));
  expect(store.passLooking(9, look(0, false)).is).toBe("electing offers writes ready");
  expect(store.passLooking(1, { kind: "no-answer" }).is).toBe("no-quorum writes");
  expect(store.passLooking(60, { kind: "no-answer" }).is).toBe("no-quorum writes");
  expect(store.look(look(3)).is).toBe("no-quorum writes");
  expect(store.passLooking(1, look(3)).is).toBe("healthy prompt offers writes ready");
});

test("doubt that nothing confirms passes", () => {
  const store = new Store().attempt(unknown("no-answer"));
  store.now = 1999;
  expect(store.is).toBe("electing offers writes ready");
  store.now = 2000;
  expect(store.is).toBe("healthy prompt offers writes ready");
});

test("a leader that answers questions but no writes: slow, and no longer prompt", () => {
  const store = new Store();
  for (let i = 0; i < 5; i++) store.passLooking(1, look(3)).attempt(unknown("no-answer"), 1000);
  expect(store.health.state(store.now)).toBe("slow");
});

test("writes that take more than half a second: slow for five seconds", () => {
  const store = new Store().attempt(stored, 501);
  expect(store.is).toBe("slow prompt offers writes ready");
  store.now = 5000;
  expect(store.is).toBe("healthy prompt offers writes ready");
});

test("a full disk: nothing new is offered until something was stored", () => {
  const store = new Store().attempt(unknown("full"));
  expect(store.passLooking(60, look(3)).is).toBe("full writes");
  expect(store.attempt(stored).is).toBe("healthy prompt offers writes ready");
});

test("a stream that is gone is not written to, and one that was restored not before all is back", () => {
  const store = new Store().look({ kind: "missing" });
  expect(store.is).toBe("missing");
  store.look(look(3)).health.noteRestored(true);
  expect(store.is).toBe("restored");
  store.health.noteRestored(false);
  store.health.noteRestoredElsewhere(true);
  expect(store.is).toBe("restored");
  store.health.noteRestoredElsewhere(false);
  expect(store.is).toBe("healthy prompt offers writes ready");
});

test("without a connection, a short while is waited for another server", () => {
  const store = new Store();
  store.isConnected = false;
  expect(store.is).toBe("disconnected offers writes");
  store.now = 9999;
  expect(store.is).toBe("disconnected offers writes");
  store.now = 10_000;
  expect(store.is).toBe("disconnected");
  store.isConnected = true;
  expect(store.is).toBe("healthy prompt offers writes ready");
});

test("a server that goes in order is left for another one: that is no trouble", () => {
  const store = new Store();
  store.health.noteLameDuck(true);
  expect(store.is).toBe("healthy prompt offers writes ready");
  store.isConnected = false;
  expect(store.is).toBe("lame-duck offers writes ready");
});
