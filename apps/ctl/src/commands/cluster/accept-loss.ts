// `leasehold store accept-loss`: ends the alarm of leases or hosts that the store has lost and that no node remembers.

import { whoIs } from "../../client/who-is.ts";
import type { Command } from "../../command.ts";
import { refusal } from "../../io/api.ts";

const JSON_BODY = { "content-type": "application/json" };

export const accept: Command = {
  name: "store accept-loss",
  positionals: [],
  about: "Clear the alarms about lost leases and hosts: accept that they are gone for good.",
  options: { why: { type: "string", value: "TEXT", about: "The reason, written to the log of the node." } },
  async run({ api, options, environment }) {
    const why = options.text("why");
    const order = { by: whoIs(environment), ...(why === undefined ? {} : { why }) };
    const reply = await api.post("/api/v1/store/accept-loss", JSON.stringify(order), JSON_BODY);
    if (reply.status !== 200) throw refusal(reply);
    const { accepted } = reply.body as { accepted: readonly string[] };
    return { json: reply.body, lines: accepted.map((words) => `accepted: ${words}`) };
  },
};
