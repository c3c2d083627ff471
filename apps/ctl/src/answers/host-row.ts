// A host as the API gives it.
import type { Cell } from "../text/table.ts";

export interface HostRow {
  readonly id: string;
  readonly source?: string | null;
  readonly hostname?: string | null;
  readonly interfaces?: readonly { mac: string; addresses?: readonly (string | { address: string })[] }[];
  readonly problems?: readonly unknown[];
  readonly [more: string]: unknown;
}

export const HOST_HEADS = ["HOST", "HOSTNAME", "MAC", "ADDRESSES", "SOURCE", "PROBLEMS"];

/** A row for each interface; only the first of them names the host. */
export function hostCells(host: HostRow): Cell[][] {
  const interfaces = host.interfaces?.length ? host.interfaces : [undefined];
  return interfaces.map((one, index) => [
    index === 0 ? host.id : " ",
    index === 0 ? host.hostname : " ",
    one?.mac,
    one ? addressTexts(one).join(" ") : undefined,
    index === 0 ? host.source : " ",
    index === 0 ? problemCount(host) : " ",
  ]);
}

export function hostProperties(host: HostRow): (readonly [string, Cell])[] {
  const { interfaces, problems, ...plain } = host;
  return [
    ...Object.entries(plain).map(([name, value]) => [name, plainText(value)] as const),
    ...(interfaces ?? []).map(
      (one) => ["interface", `${one.mac}  ${addressTexts(one).join(" ")}`.trim()] as const,
    ),
    ...(problems ?? []).map((problem) => ["problem", problemText(problem)] as const),
  ];
}

export function problemText(problem: unknown): string {
  if (typeof problem !== "object" || problem === null) return String(problem);
  const { path, found, expected, reason } = problem as Record<string, unknown>;
  if (typeof reason === "string") return reason;
  return `${path}: found ${found}, expected ${expected}`;
}

function addressTexts(one: NonNullable<HostRow["interfaces"]>[number]): string[] {
  return (one.addresses ?? []).map((address) => (typeof address === "string" ? address : address.address));
}

function problemCount(host: HostRow): Cell {
  return host.problems?.length ? host.problems.length : undefined;
}

function plainText(value: unknown): Cell {
  if (Array.isArray(value)) return value.join(" ");
  return typeof value === "object" && value !== null ? JSON.stringify(value) : (value as Cell);
}
