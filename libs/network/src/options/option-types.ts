// The types that a custom option may have. Each is that of an IANA option: a value is written, checked and put on the
// wire as that option's would be.
import type { OptionName } from "@leasehold/protocol";

export const OPTION_TYPES = {
  ip: "subnetMask",
  ips: "routers",
  ipPairs: "policyFilter",
  routes: "classlessStaticRoutes",
  uint8: "tcpDefaultTimeToLive",
  uint16: "interfaceMtu",
  uint32: "arpCacheTimeout",
  int32: "timeOffset",
  uint8s: "parameterRequestList",
  uint16s: "pathMtuPlateauTable",
  boolean: "ipForwarding",
  flag: "rapidCommit",
  text: "domainName",
  bytes: "vendorSpecificInformation",
  domain: "lostServer",
  domains: "sipServiceDomains",
  subOptions: "relayAgentInformation",
} as const satisfies Record<string, OptionName>;

export type OptionType = keyof typeof OPTION_TYPES;
