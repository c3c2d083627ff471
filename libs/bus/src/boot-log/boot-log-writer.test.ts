// Nobody waits for what is written of boots: what there is too much of is dropped, and all is counted.
import { expect, test, vi } from "vitest";
import type { Bus } from "../connection/connection.ts";
import { BootLogWriter } from "./boot-log-writer.ts";

/** A server that answers when it is told to, in place of NATS. */
class PlayedServer {
  connected = true;
  readonly asked: string[] = [];
  readonly #answers: ((text: string) => void)[] = [];
  readonly nc = {
    request: (subject: string) => {
      this.asked.push(subject);
      return new Promise((resolve) =>
        this.#answers.push((text) => resolve({ json: () => JSON.parse(text) as unknown })),
      );
    },
  } as unknown as Bus["nc"];

  answer(text: string): void {
    this.#answers.shift()!(text);
  }
}

const MAC = "02:00:00:00:00:01";

test("so many wait and so many are on their way; the rest is dropped", async () => {
  const server = new PlayedServer();
  const writer = new BootLogWriter(server, { waiting: 3, underWay: 2 });
  for (let i = 0; i < 5; i++) writer.add(MAC, { i });
  expect([writer.pending, writer.counts.get("dropped"), server.asked]).toEqual([3, 2, []]);
  await vi.waitFor(() => expect(server.asked).toEqual(Array(2).fill("dhcp.booted.020000000001")));
  server.answer('{"stream":"dhcp-boot-log","seq":1}');
  server.answer('{"error":{"code":503}}');
  await vi.waitFor(() => expect(server.asked).toHaveLength(3));
  server.answer('{"seq":2}');
  await vi.waitFor(() => expect(writer.pending).toBe(0));
  expect([...writer.counts]).toEqual([
    ...[
      ["stored", 2],
      ["dropped", 2],
      ["disconnected", 0],
      ["unanswered", 0],
      ["refused", 1],
    ],
  ]);
});

test("while NATS is away nothing is kept for later", async () => {
  const server = new PlayedServer();
  server.connected = false;
  const writer = new BootLogWriter(server);
  writer.add(MAC, {});
  await vi.waitFor(() => expect(writer.counts.get("disconnected")).toBe(1));
  expect([writer.pending, server.asked]).toEqual([0, []]);
});
