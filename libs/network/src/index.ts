// The network document: its schema, its problems in words, and what it compiles to for the packet path. Pure.

export { compileInSteps, compileNetwork } from "./compile.ts";
export { diffNetworks } from "./diff.ts";
export type { ClassDocument } from "./document/class-schema.ts";
export { jsonSchemaOfNetwork } from "./document/json-schema.ts";
export { LEASE_SECONDS_MAX, LEASE_SECONDS_MIN } from "./document/lease-schema.ts";
export type { MatcherDocument } from "./document/matcher-schema.ts";
export { type NetworkDocument, networkSchema } from "./document/network-schema.ts";
export type { PoolDocument, ReservationDocument, SubnetDocument } from "./document/subnet-schema.ts";
export { LENIENCIES, type Leniency } from "./leniencies.ts";
export type {
  ClientClass,
  ClientFacts,
  DocumentReservation,
  HostFacts,
  Identity,
  LeaseTimes,
  Network,
  Pool,
  Settings,
  Subnet,
} from "./network.ts";
export { type AddressRange, formatRange, parseRange } from "./pools/address-range.ts";
export { describeFixed, type FixedAddress, isNoStation } from "./pools/fixed-addresses.ts";
export { checkInSteps, checkNetwork, readNetwork } from "./read-network.ts";
export { isNamed, type LinkReservation, reservationOnLink } from "./reservations/on-link.ts";
export {
  type ExplainedField,
  type ExplainedOption,
  type ExplainedSettings,
  explainSettings,
} from "./settings/explain.ts";
export { listenPlace, namedFileFindings, type ReadFile, unreadableFile } from "./text/named-files.ts";
export { type Finding, formatPath, formatProblem, type Path, type Problem } from "./text/problem.ts";
export { type Checked, type CrossCheck, checkDocument, readDocument } from "./text/read-document.ts";
export { section } from "./text/section.ts";
export { atOnce } from "./text/steps.ts";
