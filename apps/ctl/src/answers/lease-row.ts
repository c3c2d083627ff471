// A lease as the API gives it and as `leasehold leases --json` promises it.
import { parseIpv4 } from "@leasehold/protocol";
import type { Cell } from "../text/table.ts";
import { durationText, relativeTime } from "../text/times.ts";

/** The first ten keys, in this order, are a contract with everybody's scripts; more may follow. */
const CONTRACT_KEYS = [
  "address",
  "client",
  "mac",
  "hostname",
  "host",
  "subnet",
  "state",
  "seconds",
  "expiresAt",
  "node",
] as const;

export interface LeaseRow {
  readonly address: string;
  readonly client: string | null;
  readonly mac: string | null;
  readonly hostname: string | null;
  readonly host: string | null;
  readonly subnet: string | null;
  readonly state: string;
  readonly seconds: number | null;
  readonly expiresAt: string | null;
  readonly node: string | null;
  readonly [more: string]: unknown;
}

/** The rows of an API answer, by address, every contract key present and first. */
export function leaseRows(body: unknown): LeaseRow[] {
  const rows = Array.isArray(body) ? (body as Record<string, unknown>[]) : [];
  return rows.map(withContractKeys).sort((a, b) => order(a) - order(b));
}

export const LEASE_HEADS = ["ADDRESS", "STATE", "CLIENT", "HOST", "SUBNET", "EXPIRES", "NODE"];

export function leaseCells(lease: LeaseRow, now: number): Cell[] {
  return [
    lease.address,
    lease.state,
    lease.mac ?? lease.client,
    lease.host ?? lease.hostname,
    lease.subnet,
    relativeTime(lease.expiresAt, now),
    lease.node,
  ];
}

export function leaseProperties(lease: LeaseRow, now: number): (readonly [string, Cell])[] {
  return Object.entries(lease).map(([name, value]) => [name, propertyText(name, value, now)] as const);
}

function propertyText(name: string, value: unknown, now: number): Cell {
  if (name.endsWith("At")) {
    const relative = relativeTime(value as string, now);
    return relative === undefined ? undefined : `${relative} (${value})`;
  }
  if (typeof value === "number" && /seconds$/i.test(name)) return durationText(value);
  return typeof value === "object" && value !== null ? JSON.stringify(value) : (value as Cell);
}

function withContractKeys(row: Record<string, unknown>): LeaseRow {
  const first = Object.fromEntries(CONTRACT_KEYS.map((key) => [key, row[key] ?? null]));
  return { ...first, ...row, ...first } as LeaseRow;
}

function order(lease: LeaseRow): number {
  return parseIpv4(lease.address) ?? 0;
}
