// The network document: its schema, its problems in words, and what it compiles to for the packet path. Pure.

export { CLIENT_QUIRKS, type ClientQuirk } from "./client-quirks.ts";
export { compileInSteps, compileNetwork } from "./compile.ts";
export { diffNetworks } from "./diff.ts";
export type {
  BootArchitecture,
  ScriptValue,
} from "./document/boot-schema.ts";
export { jsonSchemaOfNetwork } from "./document/json-schema.ts";
export type { MatcherDocument } from "./document/matcher-schema.ts";
export type { NetworkDocument } from "./document/network-schema.ts";
export type { PoolDocument } from "./document/subnet-schema.ts";
export type {
  ClientClass,
  ClientFacts,
  DocumentReservation,
  LeaseTimes,
  Network,
  Pool,
  Settings,
  Subnet,
} from "./network.ts";

export { describeFixed, isNoStation } from "./pools/fixed-addresses.ts";
export type { BootProfile } from "./profiles/boot-profile.ts";
export { type NextStep, SCRIPT_FORMATS, type ScriptFormat } from "./profiles/profile-schema.ts";
export type { Template, TemplateValue } from "./profiles/template.ts";
export { checkInSteps, checkNetwork, readNetwork } from "./read-network.ts";
export { isNamed, type LinkReservation, reservationOnLink } from "./reservations/reservations.ts";
export type { BootSettings } from "./settings/boot-settings.ts";
export {
  type ExplainedField,
  type ExplainedOption,
  type ExplainedSettings,
  explainSettings,
} from "./settings/explain.ts";
export { atOnce } from "./steps.ts";
