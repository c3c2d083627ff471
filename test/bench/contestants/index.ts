// Who is measured, in the order of the report: ours, then the others.
import type { Contestant } from "../contestant.ts";
import { dnsmasq } from "./dnsmasq.ts";
import { kea, keaHotStandby, keaLoadBalancing } from "./kea.ts";
import { oneNode, threeNodes, threeNodesHearingAll, threeNodesScheduledPlainly } from "./leasehold.ts";

export const contestants: readonly Contestant[] = [
  threeNodes,
  threeNodesScheduledPlainly,
  threeNodesHearingAll,
  oneNode,
  keaHotStandby,
  keaLoadBalancing,
  kea,
  dnsmasq,
];
