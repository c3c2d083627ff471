// Leases of clients that other nodes serve, as these nodes wrote them.
import { encodeLeaseEvent, type LeaseEvent } from "@leasehold/leases";
import { clientIdFromBytes, formatIpv4, type Ipv4, macFromBytes, parseIpv4 } from "@leasehold/protocol";
import { macOf } from "./clients.ts";
import { RELAY } from "./document.ts";
import { START } from "./node.ts";
import type { Delivered } from "./queue-store.ts";

const FIRST = parseIpv4("10.0.16.0")!;
const POOL_SIZE = 2_000_000;
/** Has no divisor in common with the size, so that no address comes twice. */
const SCATTER = 611_953;

/** The n-th one. Their addresses are scattered over the pool, as clients' hashes scatter them. */
export function foreignEvent(n: number): LeaseEvent {
  const chaddr = macOf(0x800000 + n);
  const node = `n${2 + (n % 2)}`;
  return {
    type: "LeaseGranted",
    v: 1,
    address: formatIpv4((FIRST + ((n * SCATTER) % POOL_SIZE)) as Ipv4),
    client: clientIdFromBytes(Uint8Array.of(1, ...chaddr)),
    mac: macFromBytes(chaddr),
    ...{ subnet: "compute", seconds: 3600, heldSeconds: 7200 },
    relay: { giaddr: RELAY, agent: "0104000000010206aabbccddeeff" },
    ...{ xid: n, node, network: 7, inventory: 0, intent: `${node}-mfz8k3l2-${n.toString(36)}` },
  };
}

export function foreignRecord(n: number, revision: number): Delivered {
  const event = foreignEvent(n);
  return { key: event.address, data: encodeLeaseEvent(event), revision, at: START };
}
