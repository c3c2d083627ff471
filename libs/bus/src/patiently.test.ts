import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { BusError } from "./bus-error.ts";
import { patiently } from "./patiently.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const failure = (message: string) => new BusError(message, "wait", { isTransient: true });

it("says a failure once, another one too, and the same again after five minutes", async () => {
  const said: string[] = [];
  let tries = 0;
  const waiting = patiently({ say: ({ message }) => said.push(message) }, async () => {
    tries++;
    if (tries <= 10) throw failure("down");
    if (tries <= 700) throw failure("refused");
    return "there";
  });
  await vi.advanceTimersByTimeAsync(9000);
  expect(said).toEqual(["down"]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(said).toEqual(["down", "refused"]);
  await vi.advanceTimersByTimeAsync(700_000);
  expect(await waiting).toBe("there");
  expect(said).toEqual(["down", "refused", "refused", "refused"]);
});

it("does not wait for what waiting does not heal, nor when it is stopped", async () => {
  const say = () => expect.unreachable();
  await expect(patiently({ say }, () => Promise.reject(new BusError("no", "fix")))).rejects.toThrow("no");
  await expect(patiently({ say }, () => Promise.reject(new Error("bug")))).rejects.toThrow("bug");
  const stopped = { say, isStopped: () => true };
  await expect(patiently(stopped, () => Promise.reject(failure("down")))).rejects.toThrow("down");
});
