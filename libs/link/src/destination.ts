// Where a datagram goes from a link.
import type { Ipv4 } from "@leasehold/protocol";

export type Destination =
  | { readonly kind: "unicast"; readonly address: Ipv4; readonly port: number }
  | { readonly kind: "broadcast" }
  /** To the hardware address of a client that has no address yet. */
  | { readonly kind: "hardware"; readonly address: Ipv4 };
