// What the cross-checks need to know of a document that may be broken anywhere: each part that can be read is, so
// that one mistake hides no other.
import { type Ipv4, ipv4, maskOf, type Prefix, parseIpv4 } from "@leasehold/protocol";
import { type AddressRange, parseRange } from "./address-range.ts";
import type { Path } from "./problem.ts";

export interface SurveyedPool {
  readonly path: Path;
  readonly range: AddressRange | undefined;
  readonly for: string | undefined;
}

export interface SurveyedSubnet {
  readonly path: Path;
  readonly id: string | undefined;
  /** The prefix that the text stands for, host bits cleared. */
  readonly prefix: Prefix | undefined;
  readonly hasHostBits: boolean;
  readonly interface: string | undefined;
  readonly relays: readonly { readonly path: Path; readonly text: string }[];
  readonly sharedNetwork: string | undefined;
  readonly pools: readonly SurveyedPool[];
}

export interface Survey {
  readonly subnets: readonly SurveyedSubnet[];
  readonly serverIdentifier: Ipv4 | undefined;
}

export function survey(value: unknown): Survey {
  const root = fields(value);
  const address = fields(fields(root.cluster).serverIdentifier).address;
  return {
    subnets: items(root.subnets).map((subnet, i) => surveySubnet(fields(subnet), ["subnets", i])),
    serverIdentifier: typeof address === "string" ? parseIpv4(address) : undefined,
  };
}

function surveySubnet(subnet: Record<string, unknown>, path: Path): SurveyedSubnet {
  return {
    path,
    id: textOf(subnet.id),
    ...surveyPrefix(textOf(subnet.prefix)),
    interface: textOf(subnet.interface),
    relays: items(subnet.relays).flatMap((relay, i) =>
      typeof relay === "string" ? [{ path: [...path, "relays", i], text: relay }] : [],
    ),
    sharedNetwork: textOf(subnet.sharedNetwork),
    pools: items(subnet.pools).map((pool, i) => surveyPool(fields(pool), [...path, "pools", i])),
  };
}

function surveyPrefix(written: string | undefined): { prefix: Prefix | undefined; hasHostBits: boolean } {
  const [addressText, lengthText] = written?.split("/") ?? [];
  const address = parseIpv4(addressText ?? "");
  const length = Number(lengthText);
  if (address === undefined || !Number.isInteger(length) || length < 0 || length > 32) {
    return { prefix: undefined, hasHostBits: false };
  }
  const mask = maskOf(length);
  const network = ipv4(address & mask);
  const prefix = { address: network, length, mask, broadcast: ipv4(network | ~mask) };
  return { prefix, hasHostBits: network !== address };
}

function surveyPool(pool: Record<string, unknown>, path: Path): SurveyedPool {
  const range = textOf(pool.range);
  return { path, range: range === undefined ? undefined : parseRange(range), for: textOf(pool.for) };
}

function fields(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
