// `leasehold leases`: GET /api/v1/leases
import type { Command } from "../command.ts";
import { LEASE_HEADS, leaseCells, leaseRows } from "../lease-row.ts";
import { counted, table } from "../table.ts";

const FILTERS = ["address", "mac", "client", "state", "subnet"] as const;

export const leases: Command = {
  name: "leases",
  positionals: [],
  about: "List the leases, by address.",
  options: {
    address: { type: "string", value: "IP", about: "Only this address." },
    mac: { type: "string", value: "MAC", about: "Only this hardware address." },
    client: { type: "string", value: "HEX", about: "Only this client identity." },
    state: { type: "string", value: "STATE", about: "Only this state." },
    subnet: { type: "string", value: "ID", about: "Only this subnet." },
  },
  async run({ api, options, world }) {
    const query = new URLSearchParams();
    for (const name of FILTERS) {
      const wanted = options.text(name);
      if (wanted !== undefined) query.set(name, wanted);
    }
    const suffix = query.size > 0 ? `?${query}` : "";
    const rows = leaseRows((await api.get(`/api/v1/leases${suffix}`)).body);
    const cells = rows.map((lease) => leaseCells(lease, world.now()));
    return { json: rows, lines: [...table(LEASE_HEADS, cells), "", counted(rows.length, "lease")] };
  },
};
