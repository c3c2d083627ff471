// Where a client is, as far as it matters for its boot: what the document says there, and who answers.
import type { Host } from "@leasehold/inventory";
import type { BootArchitecture, BootProfile, BootSettings } from "@leasehold/network";
import type { Ipv4 } from "@leasehold/protocol";

/** What scripts may be told of a host of the inventory. */
export type BootHost = Pick<Host, "id" | "nid">;

export interface BootPlace {
  readonly settings: BootSettings;
  /** What it runs after its loader, which may be one of the profile's. */
  readonly profile: BootProfile;
  /** The address of the node that answers, on the client's link. */
  readonly node: Ipv4;
  /** The cluster's, where it has one. */
  readonly serverIdentifier: Ipv4 | undefined;
  /** What the client gets; 0.0.0.0 where it has one already. */
  readonly address: Ipv4;
  readonly subnet: string;
  readonly hostname: string | undefined;
}

export function nextServerOf({ settings, node, serverIdentifier }: BootPlace): Ipv4 {
  const { nextServer } = settings;
  if (nextServer === "cluster") return serverIdentifier ?? node;
  return nextServer === "node" ? node : nextServer;
}

/** Those of the profile count before those of the document's levels. */
export function loaderFor(
  { settings, profile }: BootPlace,
  architecture: BootArchitecture,
): string | undefined {
  return profile.loaders[architecture] ?? settings.loaders[architecture];
}
