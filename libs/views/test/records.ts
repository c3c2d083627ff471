// Records as the buckets have them, and a bucket that is filled by hand.
import type { Change } from "@leasehold/bus";
import type { LeaseEvent } from "@leasehold/leases";
import { clientIdOfHardware, type Ipv4, macBytes, parseIpv4, parseMac } from "@leasehold/protocol";
import { HandFilledBucket } from "./hand-filled-bucket.ts";

export const ip = (text: string): Ipv4 => parseIpv4(text)!;

export const X = "10.0.0.10";

function client(n: number) {
  const mac = parseMac(`02000000${n.toString(16).padStart(4, "0")}`)!;
  return { mac, client: clientIdOfHardware(1, macBytes(mac)) };
}

export const [alice, bob] = [client(1), client(2)];
export type Client = typeof alice;

export const granted: LeaseEvent = {
  ...{ type: "LeaseGranted", v: 1, address: X, client: alice.client, mac: alice.mac, subnet: "lan" },
  ...{ seconds: 60, heldSeconds: 120, node: "n1", network: 1, inventory: 0, intent: "i1" },
};

/** What the inventory says of a host with one interface, which has the address. */
export function hostSet(id: string, { mac }: Client, address: string) {
  const since = new Date(0).toISOString();
  const interfaces = [{ mac, since, addresses: [{ address, since }] }];
  return { type: "HostSet", v: 1, id, source: "test", host: { hostname: id, interfaces }, observedAt: since };
}

export class Bucket extends HandFilledBucket {
  /** A record comes; without `content`, its key was removed. */
  show(key: string, content: { readonly value?: unknown; readonly data?: Uint8Array } = {}): void {
    const data = content.data ?? (content.value === undefined ? undefined : new Uint8Array());
    this.options.onRecord({ key, value: content.value, data, revision: ++this.position, at: 2000 } as Change);
  }
}
