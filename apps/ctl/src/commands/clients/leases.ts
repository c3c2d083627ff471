// `leasehold leases`: GET /api/v1/leases

import { LEASE_HEADS, leaseCells, leaseRows } from "../../answers/lease-row.ts";
import { anyIdentifier, countOf, identifier, oneOf } from "../../client/identifiers.ts";
import type { Command, Options } from "../../command.ts";
import { counted, table } from "../../text/table.ts";

const STATES = ["offered", "bound", "expired", "released", "declined", "unreadable"];
const LIMIT_MAX = 10_000_000;

/** How each filter is read; what cannot be one is a usage error. */
const FILTERS: Readonly<Record<string, (text: string) => string>> = {
  address: (text) => identifier("address", text),
  mac: (text) => identifier("mac", text),
  client: (text) => identifier("client", text),
  hostname: (text) => identifier("hostname", text),
  state: (text) => oneOf("state of a lease", text, STATES),
  subnet: (text) => text,
  of: anyIdentifier,
  limit: (text) => countOf("limit", text, LIMIT_MAX),
};

export const leases: Command = {
  name: "leases",
  positionals: [],
  about: "List leases, sorted by address.",
  options: {
    address: { type: "string", value: "IP", about: "Only this address, or the addresses of this prefix." },
    mac: { type: "string", value: "MAC", about: "Only this hardware address, in any spelling." },
    client: { type: "string", value: "HEX", about: "Only this client identity." },
    hostname: { type: "string", value: "NAME", about: "Only this host name." },
    state: { type: "string", value: "STATE", about: `Only this state: ${STATES.join(", ")}.` },
    subnet: { type: "string", value: "ID", about: "Only this subnet." },
    of: {
      type: "string",
      value: "WHO",
      about: "Only leases of this client: MAC, IP, host name, host id or client identity.",
    },
    limit: { type: "string", value: "N", about: "Show at most N leases." },
  },
  async run({ api, options, environment }) {
    const rows = leaseRows((await api.get(`/api/v1/leases${queryOf(options)}`)).body);
    const cells = rows.map((lease) => leaseCells(lease, environment.now()));
    return { json: rows, lines: [...table(LEASE_HEADS, cells), "", counted(rows.length, "lease")] };
  },
};

function queryOf(options: Options): string {
  const query = new URLSearchParams();
  for (const [name, read] of Object.entries(FILTERS)) {
    const wanted = options.text(name);
    if (wanted !== undefined) query.set(name, read(wanted));
  }
  return query.size > 0 ? `?${query}` : "";
}
