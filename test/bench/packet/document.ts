// A network document as a site has it: relays, classes for boot firmware, the usual options, a pool for a million leases.
import type { NetworkDocument } from "@leasehold/network";

export const RELAY = "10.255.0.250";

export const document: NetworkDocument = {
  version: 1,
  defaults: {
    lease: { seconds: 3600, minSeconds: 600, maxSeconds: 7200 },
    options: {
      domainNameServers: ["10.255.0.2", "10.255.0.3"],
      domainName: "hpc.example",
      ntpServers: ["10.255.0.4"],
    },
  },
  classes: [
    {
      id: "ipxe",
      match: { userClass: "iPXE" },
      options: { bootFileName: "http://10.255.0.2:8069/boot.ipxe" },
    },
    {
      id: "arm",
      match: { all: [{ vendorClass: { prefix: "PXEClient" } }, { arch: 11 }, { not: { class: "ipxe" } }] },
      options: { bootFileName: "ipxe-arm64.efi" },
    },
    { id: "rack-1", match: { relay: { circuitId: "rack-1" } }, options: { domainName: "rack1.hpc.example" } },
  ],
  subnets: [
    {
      ...{ id: "compute", prefix: "10.0.0.0/11", relays: [RELAY], authoritative: true },
      options: { routers: ["10.0.0.1"] },
      pools: [{ range: "10.0.16.0-10.31.255.254" }],
    },
    {
      ...{ id: "management", prefix: "10.255.0.0/16", interface: "eth0" },
      options: { routers: ["10.255.0.1"] },
      pools: [{ range: "10.255.16.0-10.255.31.255" }],
    },
  ],
};
