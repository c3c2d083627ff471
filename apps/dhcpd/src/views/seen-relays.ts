// Relay agents by their leases' giaddr, where the document does not name them and a pool covers them: their addresses are given to
// nobody. Any packet can name any giaddr, so that only a few are believed a subnet, and none that a client has.
import { type Instant, isBound, type LeaseView } from "@leasehold/leases";
import type { Network } from "@leasehold/network";
import { type Ipv4, parseIpv4 } from "@leasehold/protocol";

const MAX_A_SUBNET = 8;
const SUBNETS_MAX = 4096;

export interface RelayWitness {
  readonly network: Network;
  readonly view: LeaseView;
}

export class SeenRelays {
  /** The texts that were looked at: nearly every lease of a site names one of a few. */
  private readonly looked = new Set<string>();
  private newest: string | undefined;
  private readonly bySubnet = new Map<string, Set<Ipv4>>();
  /** Those that are believed. */
  readonly known = new Set<Ipv4>();

  /** A lease was stored for a client behind this relay agent. */
  note(giaddr: string, { network, view }: RelayWitness, now: Instant): void {
    if (giaddr === this.newest || this.looked.has(giaddr)) return;
    this.newest = giaddr;
    if (this.looked.size < SUBNETS_MAX) this.looked.add(giaddr);
    const address = parseIpv4(giaddr);
    const subnet = address === undefined ? undefined : network.subnetContaining(address);
    if (address === undefined || subnet?.poolOf(address) === undefined) return;
    if (isBound(view.get(address), now)) return;
    const others = this.bySubnet.get(subnet.id) ?? new Set();
    if (others.size >= MAX_A_SUBNET) return;
    this.bySubnet.set(subnet.id, others.add(address));
    this.known.add(address);
  }

  /** Another document: pools are others. */
  forget(): void {
    this.newest = undefined;
    this.looked.clear();
    this.bySubnet.clear();
    this.known.clear();
  }

  get all(): readonly Ipv4[] {
    return [...this.known];
  }
}
