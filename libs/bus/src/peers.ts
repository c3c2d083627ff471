// Questions from node to node: core NATS, request and reply, on `dhcp.ask.<node>`.
import type { Bus } from "./connection.ts";
import { readJson } from "./records.ts";

const SUBJECT = "dhcp.ask";
const ANSWER_MAX_MS = 1000;
const encoder = new TextEncoder();

/** What the node answers; rejects when it does not within a second. */
export async function askNode(bus: Bus, node: string, question: unknown): Promise<unknown> {
  const asked = encoder.encode(JSON.stringify(question));
  const { data } = await bus.nc.request(`${SUBJECT}.${node}`, asked, { timeout: ANSWER_MAX_MS });
  return readJson(data);
}

/** Answers what other nodes ask this one; an answer of undefined is not sent. */
export function onQuestion(bus: Bus, node: string, answer: (question: unknown) => unknown): void {
  bus.nc.subscribe(`${SUBJECT}.${node}`, {
    callback: (error, message) => {
      const told = error ? undefined : answer(readJson(message.data));
      if (told !== undefined) message.respond(encoder.encode(JSON.stringify(told)));
    },
  });
}
