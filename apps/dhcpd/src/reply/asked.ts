// What is answered, and the decisions that tell a client settings.
import type { Decision, LeaseRequest } from "@leasehold/leases";
import type { Network } from "@leasehold/network";
import type { Packet } from "@leasehold/protocol";
import type { Ingress } from "../ports.ts";

export interface Asked {
  readonly packet: Packet;
  readonly request: LeaseRequest;
  /** By which the packet was read. */
  readonly network: Network;
  readonly arrival: { readonly link: Ingress };
}

export type Grant = Extract<Decision, { kind: "grant" }>;
export type Answer = Extract<Decision, { kind: "grant" | "inform" | "offer-no-address" }>;
