// `leasehold hosts`: GET /api/v1/hosts

import { HOST_HEADS, type HostRow, hostCells } from "../../answers/host-row.ts";
import type { Command } from "../../command.ts";
import { counted, table } from "../../text/table.ts";

export const hosts: Command = {
  name: "hosts",
  positionals: [],
  about: "List the hosts of the inventory and their problems.",
  async run({ api }) {
    const body = (await api.get("/api/v1/hosts")).body;
    const rows = (Array.isArray(body) ? (body as HostRow[]) : []).toSorted((a, b) => compare(a.id, b.id));
    const withProblems = rows.filter((host) => host.problems?.length).length;
    const total = `${counted(rows.length, "host")}${withProblems ? `, ${withProblems} with problems: see \`leasehold host <id>\`` : ""}`;
    return { json: rows, lines: [...table(HOST_HEADS, rows.flatMap(hostCells)), "", total] };
  },
};

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
