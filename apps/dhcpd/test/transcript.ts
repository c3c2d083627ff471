// A scene in one readable text: what is sent, what is stored, what is answered. Compared with a file of test/transcripts;
// `npx vitest run apps/dhcpd -u` writes these anew: look at the difference before it is committed.
import { formatIpv4, type MessageTypeName } from "@leasehold/protocol";
import { settled, TestClock, TestNode } from "./node.ts";
import { type Client, type Fields, ip, packetOf, shownDestination, told } from "./wire.ts";

export class Transcript {
  readonly clock = new TestClock();
  readonly nodes: readonly TestNode[];
  private readonly lines: string[] = [];
  private readonly dead = new Set<string>();
  private xid = 0;

  /** `names` are nodes of one cluster, with the addresses 10.0.0.2, 10.0.0.3, …, which see at once what is stored. */
  constructor(...names: string[]) {
    const first = new TestNode({ clock: this.clock, name: names[0]! });
    const others = names.slice(1).map((name, i) => {
      const address = `10.0.0.${i + 3}`;
      return new TestNode({ clock: this.clock, store: first.store, name, address });
    });
    this.nodes = [first, ...others];
    this.hearEachOther();
    for (const node of this.nodes) {
      node.onReply = ({ packet, destination }) =>
        this.line(`${node.name} → ${shownDestination(destination)}`, told(packet));
    }
    first.store.follow(({ event, address, revision }) => {
      const held = event!.heldSeconds === 0 ? "" : ` held for ${event!.heldSeconds} s`;
      this.line(`${event!.node} ⇒ store`, `${revision}: ${event!.type} ${formatIpv4(address)}${held}`);
    });
  }

  say(what: string): this {
    this.lines.push("", `# ${what}`);
    return this;
  }

  /** A client broadcasts; all nodes hear it, or those that are named. */
  async broadcast(
    type: MessageTypeName,
    of: Client,
    fields: Fields = {},
    heardBy = this.nodes,
  ): Promise<this> {
    return this.send({ type, of, fields, heardBy, isBroadcast: true });
  }

  /** A client sends to the node that has this address. */
  async unicast(type: MessageTypeName, of: Client, to: string, fields: Fields = {}): Promise<this> {
    const heardBy = this.nodes.filter((node) => node.address === to);
    return this.send({ type, of, fields, heardBy, isBroadcast: false });
  }

  /** The node's process is gone: it hears nothing, and is not heard. */
  kill(name: string): this {
    this.lines.push(`  ${name} dies`);
    this.dead.add(name);
    return this;
  }

  pass(seconds: number): this {
    this.clock.pass(seconds);
    this.lines.push(`  ${seconds} s pass`);
    this.hearEachOther();
    return this;
  }

  node(name: string): TestNode {
    return this.nodes.find((node) => node.name === name)!;
  }

  get text(): string {
    return `${this.lines.join("\n").trim()}\n`;
  }

  private hearEachOther(): void {
    for (const to of this.nodes) {
      for (const from of this.nodes) if (!this.dead.has(from.name)) to.hearBeat(from);
      to.membership.refresh(to.steadyMs);
    }
  }

  private async send(sent: {
    readonly type: MessageTypeName;
    readonly of: Client;
    readonly fields: Fields;
    readonly heardBy: readonly TestNode[];
    readonly isBroadcast: boolean;
  }): Promise<this> {
    const { type, of, fields, isBroadcast } = sent;
    const heardBy = sent.heardBy.filter(({ name }) => !this.dead.has(name));
    const to = heardBy.map(({ name }) => name).join(" ") || "nobody";
    this.line(`${of.mac.slice(-2)} → ${isBroadcast ? `all: ${to}` : to}`, [type, ...said(fields)].join(" "));
    const packet = packetOf(type, of, { xid: ++this.xid, ...fields });
    for (const node of heardBy) node.receive(packet, isBroadcast);
    await settled();
    return this;
  }

  private line(who: string, what: string): void {
    this.lines.push(`  ${who.padEnd(44)} ${what}`);
  }
}

function said(fields: Fields): string[] {
  return Object.entries(fields)
    .filter(([name]) => ["ciaddr", "requested", "server", "giaddr"].includes(name))
    .map(([name, value]) => `${name} ${formatIpv4(ip(String(value)))}`);
}
