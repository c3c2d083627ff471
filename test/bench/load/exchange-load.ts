// Clients behind a relay, at a rate that does not ask whether the servers keep up: whole DORAs, and renewals of what those
// brought. A client's node is always the same one, as its relay's would be.
import { type Ipv4, ipv4, MessageType, parseIpv4 } from "@leasehold/protocol";
import { type Latency, latencyOf } from "../latency.ts";
import { LoadSocket } from "./load-socket.ts";
import { ACK, MessageTemplate, OFFER, serverOf, typeOf, xidOf, yiaddrOf } from "./message-template.ts";
import { pace } from "./pace.ts";

export interface LeaseCommand {
  readonly do: "lease";
  readonly clients: number;
  /** DORA a second. */
  readonly rate: number;
}

export interface RenewCommand {
  readonly do: "renew";
  /** Renewals a second. */
  readonly rate: number;
  readonly seconds: number;
}

export interface ExchangeResult {
  readonly begun: number;
  /** Within a second. */
  readonly completed: number;
  readonly latency: Latency;
}

const REPLY_MS = 1000;
const XID_BASE = 0x62000000;

export class ExchangeLoad {
  private readonly targets: readonly Ipv4[];
  private readonly templates: Readonly<Record<"discover" | "request" | "renew", MessageTemplate>>;
  private socket!: LoadSocket;
  /** By client: its address, 0 while it has none. */
  private addresses = new Uint32Array(0);
  private begunAt = new Float64Array(0);
  private millis: number[] = [];
  private isRenewing = false;

  private constructor(relay: string, targets: readonly string[]) {
    this.targets = targets.map((address) => parseIpv4(address)!);
    const giaddr = parseIpv4(relay) ?? ipv4(0);
    const request = { type: MessageType.REQUEST, giaddr };
    this.templates = {
      discover: new MessageTemplate({ type: MessageType.DISCOVER, giaddr }),
      request: new MessageTemplate({ ...request, isSelecting: true }),
      renew: new MessageTemplate(request),
    };
  }

  static async open(relay: string, targets: readonly string[]): Promise<ExchangeLoad> {
    const load = new ExchangeLoad(relay, targets);
    load.socket = await LoadSocket.open(67, (reply) => load.hear(reply));
    return load;
  }

  /** Gives every client an address; asks again for those that were not heard. */
  async lease({ clients, rate }: LeaseCommand): Promise<ExchangeResult> {
    this.addresses = new Uint32Array(clients);
    this.begunAt = new Float64Array(clients);
    this.millis = [];
    this.isRenewing = false;
    for (
      let left = this.without(), round = 0;
      left.length > 0 && round < 20;
      left = this.without(), round++
    ) {
      await pace(rate, left.length, (i) => this.discover(left[i]!));
      await new Promise((resolve) => setTimeout(resolve, REPLY_MS));
    }
    return { begun: clients, completed: clients - this.without().length, latency: latencyOf(this.millis) };
  }

  /** RENEWING through the relay, client by client, as often as the time allows. */
  async renew({ rate, seconds }: RenewCommand): Promise<ExchangeResult> {
    this.millis = [];
    this.isRenewing = true;
    const count = rate * seconds;
    await pace(rate, count, (i) => this.sendRenewal(i % this.addresses.length));
    await new Promise((resolve) => setTimeout(resolve, REPLY_MS));
    const within = this.millis.filter((ms) => ms <= REPLY_MS);
    return { begun: count, completed: within.length, latency: latencyOf(this.millis) };
  }

  private without(): number[] {
    return [...this.addresses.keys()].filter((client) => this.addresses[client] === 0);
  }

  private discover(client: number): void {
    this.begunAt[client] = performance.now();
    this.send(client, this.templates.discover.of({ xid: XID_BASE + client, client }));
  }

  private sendRenewal(client: number): void {
    this.begunAt[client] = performance.now();
    const ciaddr = this.addresses[client]!;
    this.send(client, this.templates.renew.of({ xid: XID_BASE + client, client, ciaddr }));
  }

  private hear(reply: Buffer): void {
    const xid = xidOf(reply);
    const client = xid - XID_BASE;
    if (!(client >= 0 && client < this.addresses.length)) return;
    const type = typeOf(reply);
    if (type === OFFER && !this.isRenewing) {
      const taken = { wanted: yiaddrOf(reply), server: serverOf(reply) };
      this.send(client, this.templates.request.of({ xid, client, ...taken }));
    } else if (type === ACK && this.begunAt[client] !== 0) {
      this.addresses[client] = yiaddrOf(reply);
      this.millis.push(performance.now() - this.begunAt[client]!);
      this.begunAt[client] = 0;
    }
  }

  private send(client: number, bytes: Buffer): void {
    this.socket.send(bytes, this.targets[client % this.targets.length]!);
  }
}
