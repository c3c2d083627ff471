// What a person is told of the network in force though it is served: the document's own warnings, and pools that cover addresses
// which only the running cluster knows of.
import { formatProblem, type Problem } from "@leasehold/document";
import type { Network } from "@leasehold/network";
import { formatIpv4, type Ipv4 } from "@leasehold/protocol";

/** At most so many sentences: a person reads no more. */
const TOLD_MAX = 20;

export interface KnownAddresses {
  readonly nodes: readonly Ipv4[];
  readonly relays: readonly Ipv4[];
}

export function networkWarnings(
  network: Network,
  warnings: readonly Problem[],
  known: KnownAddresses,
): string[] {
  const covered = (addresses: readonly Ipv4[], what: string) =>
    [...new Set(addresses)].flatMap((address) => {
      const pool = network.subnetContaining(address)?.poolOf(address);
      if (pool === undefined) return [];
      return [
        `The pool ${pool.id} covers ${formatIpv4(address)}, ${what}: it is not given to clients. Exclude it in the network document.`,
      ];
    });
  const all = [
    ...warnings.map(formatProblem),
    ...covered(known.nodes, "an address of the cluster's nodes"),
    ...covered(known.relays, "by which a relay agent was seen (giaddr)"),
  ];
  return all.length > TOLD_MAX ? [...all.slice(0, TOLD_MAX), `… and ${all.length - TOLD_MAX} more.`] : all;
}
