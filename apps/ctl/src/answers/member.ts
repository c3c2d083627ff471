// A node of the cluster as `GET /api/v1/cluster` tells of it, and how to reach its own API.

export interface Member {
  readonly name: string;
  readonly state: string;
  /** `api.listen` of its node.yaml. */
  readonly api: string;
  readonly addresses: readonly string[];
}

export interface Membership {
  /** The node that answered. */
  readonly node: string;
  readonly nodes: readonly Member[];
}

/** `api.listen` of a node is where it listens, which may be everywhere. */
export function apiOf({ api, addresses }: Member, server: string): string {
  const colon = api.lastIndexOf(":");
  const host = api.slice(0, colon);
  const isAnywhere = host === "" || host === "0.0.0.0";
  return `${new URL(server).protocol}//${isAnywhere ? addresses[0] : host}${api.slice(colon)}`;
}
