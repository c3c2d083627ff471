import { type Ipv4, type Mac, parseIpv4 } from "@leasehold/protocol";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ConflictProbe, type ProbeAnswer } from "./conflict-probe.ts";
import type { ProbeSocket, UsedBy } from "./probe-sockets.ts";

const [X, Y] = ["10.0.0.7", "10.0.0.8"].map((text) => parseIpv4(text)!) as [Ipv4, Ipv4];
const [client, other] = ["02:00:00:00:00:01", "02:00:00:00:00:02"] as [Mac, Mac];
const onLink = { interfaceName: "eth0", clientMac: client };
const WAIT = 300;

/** A link on which answers come when the test says so. */
class QuietLink implements ProbeSocket {
  readonly asked: Ipv4[] = [];
  readonly waiting: [Ipv4, UsedBy][] = [];
  isUp = true;
  isClosed = false;

  ask(address: Ipv4): boolean {
    this.asked.push(address);
    return this.isUp;
  }
  read(each: (address: Ipv4, usedBy: UsedBy) => void): void {
    for (const [address, usedBy] of this.waiting.splice(0)) each(address, usedBy);
  }
  close(): void {
    this.isClosed = true;
  }
}

let link: QuietLink;
let told: string[];
let probe: ConflictProbe;

beforeEach(() => {
  vi.useFakeTimers();
  link = new QuietLink();
  told = [];
  probe = new ConflictProbe({ tell: (sentence) => told.push(sentence), openSocket: () => link });
});
afterEach(() => {
  vi.useRealTimers();
});

/** What a probe answers, and after how many ms. */
async function outcome(answer: Promise<ProbeAnswer>): Promise<[ProbeAnswer, number]> {
  const since = performance.now();
  const done = answer.then((value): [ProbeAnswer, number] => [value, performance.now() - since]);
  await vi.advanceTimersByTimeAsync(WAIT + 10);
  return done;
}

test("nobody answers: free, when the time is up, having asked twice", async () => {
  expect(await outcome(probe.probe(X, onLink, WAIT))).toEqual(["free", WAIT]);
  expect(link.asked).toEqual([X, X]);
  expect([probe.pending, vi.getTimerCount()]).toEqual([0, 0]);
});

test("somebody answers: used, at once", async () => {
  const answer = probe.probe(X, onLink, WAIT);
  link.waiting.push([X, other]);
  expect(await outcome(answer)).toEqual([{ usedBy: other }, 5]);
});

test("the client's own answer does not count, another's after it does", async () => {
  const [own, both] = [probe.probe(X, onLink, WAIT), probe.probe(Y, onLink, WAIT)];
  link.waiting.push([X, client], [Y, client], [Y, other]);
  expect(await outcome(both)).toEqual([{ usedBy: other }, 5]);
  expect(await own).toBe("free");
});

test("two clients that are to get one address are both answered, each for itself", async () => {
  const answers = [probe.probe(X, onLink, WAIT), probe.probe(X, { ...onLink, clientMac: other }, WAIT)];
  link.waiting.push([X, other]);
  expect(await outcome(answers[0]!)).toEqual([{ usedBy: other }, 5]);
  expect(await answers[1]!).toBe("free");
});

test("what came before anybody asked does not count", async () => {
  await outcome(probe.probe(X, onLink, WAIT));
  link.waiting.push([X, other]);
  expect(await outcome(probe.probe(X, onLink, WAIT))).toEqual(["free", WAIT]);
});

test("an answer counts that had come while this process stood still", async () => {
  const answer = probe.probe(X, onLink, WAIT);
  link.waiting.push([X, other]);
  const standing = performance.now() + 2 * WAIT;
  vi.spyOn(performance, "now").mockReturnValue(standing);
  await vi.advanceTimersByTimeAsync(5);
  vi.restoreAllMocks();
  expect(await answer).toEqual({ usedBy: other });
});

test("only so many at once; the next one is told unknown", async () => {
  probe = new ConflictProbe({ tell: () => {}, openSocket: () => link, pendingMax: 2 });
  const answers = [X, Y, X].map((address) => probe.probe(address, onLink, WAIT));
  expect(await answers[2]).toBe("unknown");
  expect(await outcome(answers[0]!)).toEqual(["free", WAIT]);
});

test("a link that is down is opened anew once; who was asking there is told unknown", async () => {
  const links = [link, new QuietLink(), new QuietLink()];
  probe = new ConflictProbe({ tell: () => {}, openSocket: () => links.shift()! });
  const before = probe.probe(X, onLink, WAIT);
  link.isUp = false;
  const second = links[0]!;
  const after = probe.probe(Y, onLink, WAIT);
  expect([await before, link.isClosed]).toEqual(["unknown", true]);
  expect([await outcome(after), second.asked]).toEqual([
    ["free", WAIT],
    [Y, Y],
  ]);
});

test("without the right to ask it says so once, and answers unknown", async () => {
  const refused = Object.assign(new Error("socket: EPERM"), { code: "EPERM" });
  probe = new ConflictProbe({
    tell: (sentence) => told.push(sentence),
    openSocket: () => {
      throw refused;
    },
  });
  const relayed = { interfaceName: undefined, clientMac: client };
  const answers = [probe.probe(X, onLink, WAIT), probe.probe(X, relayed, WAIT), probe.probe(Y, onLink, WAIT)];
  expect(await Promise.all(answers)).toEqual(["unknown", "unknown", "unknown"]);
  expect(told).toEqual([expect.stringContaining("CAP_NET_RAW")]);
});

test("when it is closed, open questions are unknown and the sockets go", async () => {
  const answer = probe.probe(X, onLink, WAIT);
  probe.close();
  expect([await answer, link.isClosed, vi.getTimerCount()]).toEqual(["unknown", true, 0]);
});
