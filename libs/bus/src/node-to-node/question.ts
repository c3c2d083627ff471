// Questions from node to node: core NATS, request and reply, on `dhcp.ask.<node>`.

import { Wrong } from "../connection/bad-message.ts";
import type { Bus } from "../connection/connection.ts";
import { handleMessage, jsonMessage, listen, readJsonMessage, type Subject } from "./message.ts";

const PREFIX = "dhcp.ask";
const ANSWER_MAX_MS = 1000;

type ReadValue<Value> = (value: unknown) => Value | Wrong;

/** What the node answers; rejects when it does not within a second, or says what cannot be read. */
export async function askNode<Answer>(
  bus: Bus,
  node: string,
  question: unknown,
  read: ReadValue<Answer>,
): Promise<Answer> {
  const subject = `${PREFIX}.${node}`;
  const message = await bus.nc.request(subject, jsonMessage(question), { timeout: ANSWER_MAX_MS });
  const answers: Answer[] = [];
  // It comes to the inbox of the one that asked.
  const { data, headers, reply } = message;
  const received = { subject, data, ...(headers ? { headers } : {}), ...(reply ? { reply } : {}) };
  const about = { ...questionSubject(node, read), kind: "answer" };
  const take = (read: Answer) => {
    answers.push(read);
  };
  handleMessage(about, received, take, bus.onBadMessage);
  const [answer] = answers;
  if (answer === undefined) throw new Error(`what ${node} answers cannot be read`);
  return answer;
}

/** What is asked on the subject. */
export function questionSubject<Question>(node: string, read: ReadValue<Question>): Subject<Question> {
  return {
    kind: "question",
    prefix: PREFIX,
    node,
    read: (data) => {
      const message = readJsonMessage(data);
      return message instanceof Wrong ? message : read(message.json);
    },
  };
}

/** Answers what other nodes ask this one; an answer of undefined is not sent. */
export function onQuestion<Question>(
  bus: Bus,
  node: string,
  read: ReadValue<Question>,
  answer: (question: Question) => unknown,
): void {
  listen(bus, questionSubject(node, read), (question, message) => {
    const answered = answer(question);
    if (answered !== undefined) message.respond(jsonMessage(answered));
  });
}
