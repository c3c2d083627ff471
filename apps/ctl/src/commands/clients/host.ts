// `leasehold host <id>`: one host of the inventory by whatever names it, and what is wrong with it.

import { type HostRow, hostProperties } from "../../answers/host-row.ts";
import { anyIdentifier } from "../../client/identifiers.ts";
import type { Command } from "../../command.ts";
import { Failure } from "../../failure.ts";
import { card } from "../../text/table.ts";

export const host: Command = {
  name: "host",
  positionals: ["<id|mac|ip|name>"],
  about: "Show a host of the inventory, and why any of its data is not used.",
  async run({ args, api }) {
    const id = anyIdentifier(args[0]!);
    const reply = await api.get(`/api/v1/hosts/${encodeURIComponent(id)}`, [404]);
    if (reply.status === 404) {
      throw new Failure(
        `There is no host \`${id}\` in the inventory.`,
        "`leasehold hosts` lists all of them.",
      );
    }
    return { json: reply.body, lines: card(hostProperties(reply.body as HostRow)) };
  },
};
