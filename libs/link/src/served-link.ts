// One interface that is to be served, whatever becomes of it: the same object for the packets that are under way while the
// sockets behind it are closed and opened again, because the interface was made anew or has another address.
import { formatIpv4, type Ipv4 } from "@leasehold/protocol";
import type { Destination } from "./destination.ts";
import { type Link, LinkError, openLink, type Receive } from "./link.ts";
import {
  type InterfaceFacts,
  inOrder,
  isSameDevice,
  type LinkView,
  problemOf,
  viewOf,
} from "./link-state.ts";

export class ServedLink {
  readonly interfaceName: string;
  /** While it is missing, those that it had last: what is under way was asked of these. */
  addresses: readonly Ipv4[] = [];
  private readonly port: number;
  private readonly receive: Receive;
  /** The cluster's, which the machine need not have. */
  private readonly further = new Set<Ipv4>();
  private device: Link | undefined;
  private facts: InterfaceFacts | undefined;
  private failure: LinkError | undefined;

  constructor(interfaceName: string, port: number, receive: Receive) {
    this.interfaceName = interfaceName;
    this.port = port;
    this.receive = receive;
  }

  /** Why it is not served, in words that follow its name. */
  get problem(): string | undefined {
    const seen = problemOf(this.facts) ?? (this.failure && `cannot be opened: ${this.failure.message}`);
    return seen ?? (this.isOpen ? undefined : "is not open");
  }

  get isUp(): boolean {
    return this.problem === undefined;
  }

  get isOpen(): boolean {
    return this.device !== undefined;
  }

  /** What the sockets can do, in words. */
  get sockets(): string | undefined {
    return this.device?.sockets;
  }

  get hasFailed(): boolean {
    return this.failure !== undefined;
  }

  get view(): LinkView {
    const { interfaceName, facts, problem, addresses } = this;
    return viewOf(interfaceName, facts && { ...facts, addresses: this.isOpen ? addresses : [] }, problem);
  }

  /** Does what the machine's word asks for; answers whether sockets were opened. @throws LinkError when they cannot be. */
  async follow(facts: InterfaceFacts | undefined): Promise<boolean> {
    const before = this.facts;
    const addresses = inOrder(facts?.addresses ?? [], this.addresses[0]);
    this.facts = facts;
    this.failure = undefined;
    if (facts === undefined || addresses.length === 0) {
      this.letGo();
      return false;
    }
    const isSame = before !== undefined && isSameDevice(before, facts) && addresses[0] === this.addresses[0];
    this.addresses = addresses;
    if (this.device !== undefined && isSame) {
      await this.listenOnAll(this.device);
      return false;
    }
    this.letGo();
    await this.open(facts);
    return true;
  }

  private async open(facts: InterfaceFacts): Promise<void> {
    try {
      const { interfaceName: name, port, receive, addresses } = this;
      this.device = await openLink({ name, port, addresses, mac: facts.mac }, receive, this);
      await this.listenOnAll(this.device);
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      this.letGo();
      this.failure = error;
      throw error;
    }
  }

  /** Clients in another subnet of the link know the node by another of its addresses. */
  private async listenOnAll(device: Link): Promise<void> {
    for (const address of [...this.addresses, ...this.further]) await device.listenOn(address);
  }

  private letGo(): void {
    this.device?.close();
    this.device = undefined;
  }

  async listenOn(address: Ipv4): Promise<void> {
    this.further.add(address);
    await this.device?.listenOn(address);
  }

  discardQueued(): number {
    return this.device?.discardQueued() ?? 0;
  }

  send(payload: Buffer, destination: Destination, chaddr: Uint8Array, source?: Ipv4): boolean {
    return this.device?.send(payload, destination, chaddr, source) ?? false;
  }

  close(): void {
    this.letGo();
  }

  /** For the log. */
  get words() {
    const { interfaceName, addresses, sockets } = this;
    return { interface: interfaceName, addresses: addresses.map(formatIpv4), sockets };
  }
}
