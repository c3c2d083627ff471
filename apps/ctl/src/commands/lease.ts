// `leasehold lease <ip>`: everything that is known about one address.
import { formatIpv4, parseIpv4 } from "@leasehold/protocol";
import type { Command } from "../command.ts";
import { Failure, usageFailure } from "../failure.ts";
import { leaseProperties, leaseRows } from "../lease-row.ts";
import { card } from "../table.ts";

export const lease: Command = {
  name: "lease",
  positionals: ["<ip>"],
  about: "Show one lease.",
  async run({ args, api, world }) {
    const address = parseIpv4(args[0]!);
    if (address === undefined)
      throw usageFailure(`\`${args[0]}\` is no IPv4 address.`, "Write it as 10.77.16.1.");
    const [found] = leaseRows((await api.get(`/api/v1/leases?address=${formatIpv4(address)}`)).body);
    if (!found) {
      throw new Failure(
        `There is no lease on ${formatIpv4(address)}.`,
        "`leasehold leases` lists all of them.",
      );
    }
    return { json: found, lines: card(leaseProperties(found, world.now())) };
  },
};
