// Network documents that a run applies: what an operator could do to a subnet whose clients are on it.
import type { NetworkDocument } from "@leasehold/network";
import { formatIpv4, type Ipv4, ipv4 } from "@leasehold/protocol";
import { ip } from "../../apps/dhcpd/test/wire.ts";
import type { Setting } from "./setting.ts";

export const FIRST = ip("10.0.0.10");
export const CLUSTER_ADDRESS = "10.0.0.9";
export const RELAY = ip("10.0.0.1");

/** How long a node waits for an answer to its probe. */
const PROBE_MS = 200;

type Subnet = NetworkDocument["subnets"][number];

/** The pool is whole in the first one, which holds at the start and again when the faults are over. */
export const DOCUMENTS: readonly { readonly name: string; make(setting: Setting): NetworkDocument }[] = [
  { name: "whole", make: (setting) => document(setting, lan([range(0, setting.pool)])) },
  { name: "half the pool", make: (setting) => document(setting, lan([range(0, half(setting))])) },
  {
    name: "a hole in the pool",
    make: (setting) =>
      document(setting, lan([range(0, 1), ...(setting.pool > 2 ? [range(2, setting.pool)] : [])])),
  },
  {
    name: "the subnet is deleted",
    make: (setting) =>
      document(setting, {
        id: "other",
        prefix: "10.1.0.0/24",
        interface: "eth0",
        pools: [{ range: "10.1.0.10-10.1.0.49" }],
      }),
  },
  {
    name: "authoritative, and a shorter time",
    make: (setting) => document(setting, { ...lan([range(0, setting.pool)]), authoritative: true }, 20),
  },
  { name: "another time", make: (setting) => document(setting, lan([range(0, setting.pool)]), 75) },
];

/** The pools of a document, as a judge knows them. */
export function isInPool(document: NetworkDocument, address: Ipv4): boolean {
  return document.subnets.some(({ pools = [] }) =>
    pools.some((pool) => {
      const [from, to] = (pool.range ?? "").split("-").map(ip);
      return address >= from! && address <= to!;
    }),
  );
}

function document(setting: Setting, subnet: Subnet, seconds = setting.leaseSeconds): NetworkDocument {
  const mode = setting.isFloating ? ("floating" as const) : ("external" as const);
  const serverIdentifier = { address: CLUSTER_ADDRESS, mode };
  return {
    version: 1,
    ...(setting.isOneServer ? { cluster: { serverIdentifier } } : {}),
    ...(setting.isProbed ? { conflictProbe: { waitMs: PROBE_MS } } : {}),
    defaults: { lease: { seconds, heldFactor: setting.heldFactor } },
    subnets: [{ authoritative: setting.isAuthoritative, ...subnet }],
  };
}

function lan(pools: readonly string[]): Subnet {
  return {
    ...{ id: "lan", prefix: "10.0.0.0/24", interface: "eth0" },
    pools: pools.map((each) => ({ range: each })),
  };
}

/** From the first to before the last. */
function range(first: number, end: number): string {
  return `${formatIpv4(ipv4(FIRST + first))}-${formatIpv4(ipv4(FIRST + end - 1))}`;
}

function half(setting: Setting): number {
  return Math.ceil(setting.pool / 2);
}
