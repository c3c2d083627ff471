// `leasehold lease clear <ip>`: ends what keeps an address from everybody; who did it and why is in the log of leases.

import { identifier } from "../../client/identifiers.ts";
import { whoIs } from "../../client/who-is.ts";
import type { Command } from "../../command.ts";
import { refusal } from "../../io/api.ts";

const JSON_BODY = { "content-type": "application/json" };

export const clear: Command = {
  name: "lease clear",
  positionals: ["<ip>"],
  about: "Free an address: end its probation after a DECLINE, or end the lease of a client with --force.",
  options: {
    why: { type: "string", value: "TEXT", about: "The reason, written to the lease log." },
    force: {
      type: "boolean",
      about: "Even if a client has a lease on it. The client may go on using the address.",
    },
  },
  async run({ args, api, options, environment }) {
    const address = identifier("ip", args[0]!);
    const why = options.text("why");
    const order = {
      by: whoIs(environment),
      ...(why === undefined ? {} : { why }),
      force: options.flag("force"),
    };
    const path = `/api/v1/leases/${address}/clear`;
    const reply = await api.post(path, JSON.stringify(order), JSON_BODY);
    if (reply.status !== 200) throw refusal(reply);
    const { cleared } = reply.body as { cleared: { state: string; mac: string | null; client: string } };
    const was = `it was ${cleared.state}, last of ${cleared.mac ?? cleared.client}`;
    return { json: reply.body, lines: [`${address} is free: ${was}.`] };
  },
};
