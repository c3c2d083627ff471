import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { BusError } from "./bus-error.ts";
import { retry, retryUntilUp, within } from "./retry.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const failure = (message: string) => new BusError(message, "wait", { isTransient: true });

it("says a failure once, another one too, and the same again after five minutes", async () => {
  const said: string[] = [];
  let tries = 0;
  const waiting = retryUntilUp({ say: ({ message }) => said.push(message) }, async () => {
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
  await expect(retryUntilUp({ say }, () => Promise.reject(new BusError("no", "fix")))).rejects.toThrow("no");
  await expect(retryUntilUp({ say }, () => Promise.reject(new Error("bug")))).rejects.toThrow("bug");
  const stopped = { say, isStopped: () => true };
  await expect(retryUntilUp(stopped, () => Promise.reject(failure("down")))).rejects.toThrow("down");
});

it("within some seconds asks again, and then throws what it failed with", async () => {
  let tries = 0;
  const late = within(
    10_000,
    () => true,
    async () => {
      if (++tries < 8) throw failure("down");
      return tries;
    },
  );
  await vi.advanceTimersByTimeAsync(7 * 250);
  expect(await late).toBe(8);
  const never = within(
    1000,
    () => true,
    () => Promise.reject(failure("down")),
  );
  const given = expect(never).rejects.toThrow("down");
  await vi.advanceTimersByTimeAsync(1500);
  await given;
});

it("does not ask once more after it was stopped during a pause", async () => {
  let [tries, isOver] = [0, false];
  const waiting = retry({ pauseMs: 100, isStopped: () => isOver }, async () => {
    tries++;
    throw failure("down");
  });
  const given = expect(waiting).rejects.toThrow("down");
  await vi.advanceTimersByTimeAsync(50);
  isOver = true;
  await vi.advanceTimersByTimeAsync(100);
  await given;
  expect(tries).toBe(1);
});
