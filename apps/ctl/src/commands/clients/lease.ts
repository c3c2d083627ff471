// `leasehold lease <who>`: everything that is known about one address, or about those of a client.

import { leaseProperties, leaseRows } from "../../answers/lease-row.ts";
import { anyIdentifier } from "../../client/identifiers.ts";
import type { Command } from "../../command.ts";
import { Failure } from "../../failure.ts";
import { card } from "../../text/table.ts";

export const lease: Command = {
  name: "lease",
  positionals: ["<ip|mac|host>"],
  about: "Show a lease by its address, or the leases of a client, hardware address, host name or host.",
  async run({ args, api, environment }) {
    const wanted = anyIdentifier(args[0]!);
    const isAddress = /^[\d.]+$/.test(wanted);
    const query = new URLSearchParams({ [isAddress ? "address" : "of"]: wanted });
    const found = leaseRows((await api.get(`/api/v1/leases?${query}`)).body);
    const [first] = found;
    if (first === undefined) {
      const what = isAddress ? `There is no lease on ${wanted}.` : `\`${wanted}\` has no lease.`;
      throw new Failure(what, "`leasehold leases` lists all of them.");
    }
    const lines = found.flatMap((one, i) => [
      ...(i > 0 ? [""] : []),
      ...card(leaseProperties(one, environment.now())),
    ]);
    return { json: found.length === 1 ? first : found, lines };
  },
};
