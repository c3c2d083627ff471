// The network document: its schema, its problems in words, and what it compiles to for the packet path. Pure.
export { type AddressRange, formatRange, parseRange } from "./address-range.ts";
export { compileNetwork } from "./compile.ts";
export { diffNetworks } from "./diff.ts";
export type { Identity, LeaseTimes, Network, Pool, Subnet } from "./network.ts";
export { type Finding, formatPath, formatProblem, type Path, type Problem } from "./problem.ts";
export { type Checked, type CrossCheck, checkDocument, readDocument } from "./read-document.ts";
export { checkNetwork, readNetwork } from "./read-network.ts";
export {
  LEASE_SECONDS_MAX,
  LEASE_SECONDS_MIN,
  type NetworkDocument,
  networkSchema,
  type PoolDocument,
  type SubnetDocument,
} from "./schema.ts";
export { section } from "./section.ts";
