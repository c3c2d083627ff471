import { MessageType } from "@leasehold/protocol";
import { expect, test } from "vitest";
import { Backlog } from "./backlog.ts";

const [prompt, electing] = [() => true, () => false];
const { DISCOVER, REQUEST } = MessageType;

test("DISCOVERs are shed before REQUESTs, and both are bounded", () => {
  const backlog = new Backlog();
  const isFull = (type: number, pending: number) => backlog.isFullFor(type, pending, prompt, 0);
  expect([isFull(DISCOVER, 2000), isFull(DISCOVER, 2001)]).toEqual([false, true]);
  expect([isFull(REQUEST, 10_000), isFull(REQUEST, 10_001)]).toEqual([false, true]);
});

test("while a leader is elected more DISCOVERs are answered, and for as long after as it takes to work that off", () => {
  const backlog = new Backlog();
  expect(backlog.isFullFor(DISCOVER, 8000, electing, 1000)).toBe(false);
  expect(backlog.isFullFor(DISCOVER, 8001, electing, 1000)).toBe(true);
  expect(backlog.isFullFor(REQUEST, 10_001, electing, 1000)).toBe(true);
  expect(backlog.isFullFor(DISCOVER, 2000, prompt, 2000)).toBe(false);
  expect(backlog.isFullFor(DISCOVER, 5000, prompt, 5999)).toBe(false);
  expect(backlog.isFullFor(DISCOVER, 2001, prompt, 6000)).toBe(true);
});
