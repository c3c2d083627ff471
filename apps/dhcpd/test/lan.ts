// Network documents around one subnet, 10.0.0.0/24, as an operator could apply them: what is not valid is refused.
import { formatProblem } from "@leasehold/document";
import { checkNetwork, type NetworkDocument } from "@leasehold/network";
import { LEASE_SECONDS, TestNode } from "./node.ts";

type SubnetDocument = NetworkDocument["subnets"][number];

export interface Lan {
  readonly lan?: Partial<SubnetDocument>;
  /** Other subnets. */
  readonly others?: readonly SubnetDocument[];
  readonly document?: Partial<NetworkDocument>;
}

/** One pool of four addresses, 10.0.0.10 … 13, unless `lan` says otherwise. */
export function networkOf({ lan, others = [], document }: Lan): NetworkDocument {
  const subnet = { id: "lan", prefix: "10.0.0.0/24", interface: "eth0", relays: ["10.9.0.1"] };
  const pools = [{ range: "10.0.0.10-10.0.0.13" }];
  const checked = checkNetwork({
    version: 1,
    defaults: { lease: { seconds: LEASE_SECONDS, heldFactor: 2 } },
    subnets: [{ ...subnet, pools, ...lan }, ...others],
    ...document,
  });
  if (!checked.ok) throw new Error(checked.problems.map(formatProblem).join("\n"));
  return checked.document;
}

type Setting = NonNullable<ConstructorParameters<typeof TestNode>[0]>;

export function nodeOn(lan: Lan, setting: Setting = {}): TestNode {
  return new TestNode({ network: networkOf(lan), ...setting });
}
