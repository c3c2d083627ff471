import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { simulateRead } from "../test/simulated-read.ts";
import { agree, defaultPolicy } from "./terms.ts";
import { advance, begin, type Step, type TransferEvent } from "./transfer.ts";

const termsOf = (options: Record<string, number>, size = 0) =>
  agree(
    Object.entries(options).map(([name, value]) => ({ name, value: String(value) })),
    size,
    { ...defaultPolicy, blockSizeMax: 65464 },
  );
const windowed = (windowsize: number, blksize = 512) => termsOf({ blksize, windowsize });
const plain = termsOf({});
const blocks = (first: number, last = first) => ({ kind: "blocks", first, last }) as const;

/** A transfer that this has happened to; each event at its time. */
function after(start: Step, ...events: readonly (readonly [now: number, event: TransferEvent])[]): Step {
  return events.reduce((step, [now, event]) => advance(step.transfer, event, now), start);
}
const ack = (block: number): TransferEvent => ({ kind: "ack", block });
const time: TransferEvent = { kind: "time" };
const error = (code: number): TransferEvent => ({
  kind: "error",
  code,
  message: "User aborted the transfer",
});

describe("one block at a time (RFC 1350)", () => {
  test("a request without options is answered by DATA 1", () => {
    expect(begin(plain, 1000, 0).sending).toEqual(blocks(1));
  });
  test.each([
    [0, 1],
    [511, 1],
    [512, 2],
    [513, 2],
    [1024, 3],
  ])("%i octets are %i blocks: the last one is shorter than the others", (size, count) => {
    expect(begin(plain, size, 0).transfer.lastBlock).toBe(count);
  });
  test("the ACK of the last block ends it", () => {
    expect(after(begin(plain, 513, 0), [1, ack(1)], [2, ack(2)]).end).toBe("complete");
  });
  test("an ACK of a block that was not sent is nothing", () => {
    const step = after(begin(plain, 5000, 0), [1, ack(7)]);
    expect(step).toEqual({ transfer: begin(plain, 5000, 0).transfer });
  });
  test("an ACK that comes twice sends nothing (RFC 1123 §4.2.3.1)", () => {
    const step = after(begin(plain, 5000, 0), [1, ack(1)], [1, ack(1)]);
    expect(step.sending).toBeUndefined();
    expect(step.transfer.deadline).toBe(201);
  });
  test("after 65535 comes 0", () => {
    const step = begin(plain, 512 * 70_000, 0);
    const late = { ...step.transfer, acked: 65_534, sent: 65_535 };
    expect(advance(late, ack(65_535), 1).sending).toEqual(blocks(65_536));
    const over = advance(advance(late, ack(65_535), 1).transfer, ack(0), 2);
    expect(over.sending).toEqual(blocks(65_537));
  });
});

describe("silence", () => {
  test("the block is sent again, after twice as long each time, and in the end no more", () => {
    let step = begin(plain, 5000, 0);
    const times: number[] = [];
    while (step.end === undefined) {
      const now = step.transfer.deadline;
      step = advance(step.transfer, time, now);
      if (step.sending !== undefined) times.push(now);
    }
    expect(times).toEqual([1000, 3000, 7000, 15_000, 23_000]);
    expect(step.end).toBe("timedOut");
  });
  test("a client that has answered within ms is waited for less", () => {
    const step = after(begin(plain, 5000, 0), [10, ack(1)]);
    expect(step.transfer.deadline).toBe(10 + 200);
    expect(after(step, [210, time]).transfer.deadline).toBe(210 + 400);
    expect(after(begin(plain, 5000, 0), [900, ack(1)]).transfer.deadline).toBe(900 + 1000);
  });
  test("a timeout that the client has named stays as it is (RFC 2349)", () => {
    const step = after(begin(termsOf({ timeout: 5 }), 5000, 0), [5000, time]);
    expect(step.sending).toEqual({ kind: "oack" });
    expect(step.transfer.deadline).toBe(10_000);
  });
  test("before the deadline nothing happens", () => {
    const { transfer } = begin(plain, 5000, 0);
    expect(advance(transfer, time, 999)).toEqual({ transfer });
  });
  test("when only the last ACK is missing, it is said to be so", () => {
    const step = after(begin(plain, 5, 0), [1000, time], [31_000, time]);
    expect(step.end).toBe("unconfirmed");
  });
});

describe("options (RFC 2347)", () => {
  const sized = begin(termsOf({ tsize: 0 }, 600), 600, 0);
  test("OACK, ACK 0, DATA 1", () => {
    expect(sized.sending).toEqual({ kind: "oack" });
    expect(after(sized, [1, ack(0)]).sending).toEqual(blocks(1));
  });
  test("an ACK 0 that comes twice sends DATA 1 once", () => {
    expect(after(sized, [1, ack(0)], [1, ack(0)]).sending).toBeUndefined();
  });
  test("ERROR 8 for an OACK with tsize is a question for the size (EDK2)", () => {
    expect(after(sized, [1, error(8)]).end).toBe("probe");
  });
  test("an ERROR later on, or without that question, is an abort", () => {
    expect(after(sized, [1, ack(0)], [2, error(8)]).end).toBe("aborted");
    expect(after(begin(windowed(4), 600, 0), [1, error(8)]).end).toBe("aborted");
  });
  test("a request that comes again is answered again, until the client has answered", () => {
    const again: TransferEvent = { kind: "requestedAgain" };
    expect(after(sized, [500, again]).sending).toEqual({ kind: "oack" });
    expect(after(sized, [1, ack(0)], [500, again]).sending).toBeUndefined();
    expect(after(begin(plain, 600, 0), [500, again]).sending).toEqual(blocks(1));
    expect(after(begin(plain, 600, 0), [1, ack(1)], [500, again]).sending).toBeUndefined();
  });
  test("a request that comes twice at once is answered once", () => {
    expect(after(sized, [1, { kind: "requestedAgain" }]).sending).toBeUndefined();
  });
});

describe("windows (RFC 7440)", () => {
  const begun = after(begin(windowed(4), 512 * 20, 0), [10, ack(0)]);
  test("as many blocks as agreed, and the rest at the end", () => {
    expect(begun.sending).toEqual(blocks(1, 4));
    expect(after(begin(windowed(64), 512 * 3, 0), [1, ack(0)]).sending).toEqual(blocks(1, 4));
  });
  test("an ACK within the window: a moment later, the next one begins behind it", () => {
    const acked = after(begun, [20, ack(2)]);
    expect(acked.sending).toBeUndefined();
    const step = after(acked, [40, time]);
    expect(step.sending).toEqual(blocks(3, 6));
    expect(step.transfer.resentBlocks).toBe(2);
  });
  test("unless it was only the first of more ACKs", () => {
    expect(after(begun, [20, ack(2)], [21, ack(3)], [22, ack(4)]).sending).toEqual(blocks(5, 8));
  });
  test("an ACK of the window before, once more: it is sent again a moment later, and not at once", () => {
    const step = after(begun, [21, ack(0)]);
    expect(step.sending).toBeUndefined();
    expect(step.transfer.deadline).toBe(21 + 2 * 10);
    expect(after(step, [41, time]).sending).toEqual(blocks(1, 4));
  });
  test("and not at all when the window is acknowledged meanwhile", () => {
    const step = after(begun, [21, ack(0)], [22, ack(4)]);
    expect(step.sending).toEqual(blocks(5, 8));
    expect(step.transfer.deadline).toBe(222);
  });
  test("a client that repeats itself does not hold a transfer for ever", () => {
    let step = begun;
    for (let now = 20; step.end === undefined; now += 10) {
      expect(now).toBeLessThan(31_000);
      step = after(step, [now, ack(0)], [now, time]);
    }
    expect(step.end).toBe("timedOut");
  });
});

/** 0 to 1, from what fast-check gives. */
const chances = (seed: number) => {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
};

test("whatever the network does to a quarter of its packets, the file arrives whole", () => {
  const quarter = fc.double({ min: 0, max: 0.25, noNaN: true });
  const network = fc.record({ lost: quarter, doubled: quarter, delayed: quarter, seed: fc.integer() });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 64 }),
      fc.integer({ min: 0, max: 100_000 }),
      network,
      (window, size, of) => {
        const result = simulateRead(windowed(window), size, { ...of, chance: chances(of.seed) });
        // The last ACK may be lost for good, the client being content.
        expect(["complete", "unconfirmed"]).toContain(result.end);
        expect(result.isWhole).toBe(true);
      },
    ),
    { numRuns: 100 },
  );
});

test.each([1, 4, 16, 64])(
  "a network that doubles everything does not double what is sent: window %i",
  (window) => {
    const doubling = { lost: 0, doubled: 1, delayed: 0, chance: chances(window) };
    const { end, sentBlocks, transfer } = simulateRead(windowed(window), 512 * 2000, doubling);
    expect(end).toBe("complete");
    expect(sentBlocks / transfer.lastBlock).toBeLessThan(1.1);
  },
);

test("70,000 blocks in windows of 16, with 1 % loss", () => {
  const network = { lost: 0.01, doubled: 0, delayed: 0, chance: chances(5) };
  const { end, isWhole, received } = simulateRead(windowed(16, 8), 8 * 70_000, network);
  expect({ end, isWhole, received }).toEqual({ end: "complete", isWhole: true, received: 70_001 });
});
