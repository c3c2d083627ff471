// A client as RFC 2131 §4.4 and figure 5 have it, with the retransmissions of §4.1: what it sends when, which replies it heeds,
// and what it uses. Firmware is one that gives up, and one whose lease nobody renews.
import { formatIpv4, MessageType, type MessageTypeName, type Packet } from "@leasehold/protocol";
import type { User } from "../../../apps/dhcpd/test/judge.ts";
import { type Client, client, type Fields, option, packetOf } from "../../../apps/dhcpd/test/wire.ts";
import { firmwareOf, secsOf } from "../../firmware-secs.ts";
import type { Chance } from "../chance.ts";
import type { Timeline } from "../timeline.ts";

export interface ClientKind {
  /** Behind a relay agent, which sends what it broadcasts to every node. */
  readonly isRelayed: boolean;
  readonly isFirmware: boolean;
  /** It is often started again soon after it got its address, as one whose boot loader and system both ask. */
  readonly isRestless: boolean;
}

export type ClientState =
  | "off"
  | "init"
  | "selecting"
  | "requesting"
  | "rebooting"
  | "bound"
  | "renewing"
  | "rebinding";

export interface Held {
  readonly address: string;
  /** When the client itself stops using it. */
  readonly until: number;
  readonly server: string;
  readonly seconds: number;
  readonly since: number;
}

/** What is around a client. */
export interface Wire {
  readonly timeline: Timeline;
  broadcast(from: SimulatedClient, bytes: Buffer): void;
  unicast(from: SimulatedClient, bytes: Buffer, to: string): void;
  /** A client has heeded an ACK or a NAK; a NAK in the state that it was in. */
  granted(client: SimulatedClient): void;
  refused(client: SimulatedClient, state: ClientState, packet: Packet): void;
  /** Whether its probe finds somebody else on the address (RFC 2131 §2.2). */
  isUsedByStranger(address: string): boolean;
}

const FIRST_RETRY_MS = 4000;
const LAST_RETRY_MS = 64_000;
/** REQUESTs that are sent before it starts anew; firmware sends so many DISCOVERs, and gives up. */
const TRIES_MAX = 4;
const OFF_AFTER_RELEASE_MS = [30_000, 60_000] as const;
/** Addresses that all would like. */
const WANTED = ["10.0.0.10", "10.0.0.11"] as const;
/** RFC 2131 §3.1 item 5: "SHOULD wait a minimum of ten seconds" */
const AFTER_DECLINE_MS = 10_000;

export class SimulatedClient implements User {
  id: Client;
  readonly name: string;
  readonly kind: ClientKind;
  state: ClientState = "off";
  /** What it uses. */
  held: Held | undefined;
  /** Told when it has been granted an address. */
  onBound: () => void = () => {};
  private remembered: Held | undefined;
  private readonly wire: Wire;
  private readonly chance: Chance;
  private readonly isPatient: boolean;
  private offer: { address: string; server: string } | undefined;
  private xid: number;
  private readonly number: number;
  private generation = 0;
  private startedAt = 0;
  /** Timers of an earlier state do nothing. */
  private turn = 0;

  constructor(n: number, kind: ClientKind, wire: Wire, chance: Chance) {
    this.number = n;
    this.id = client(n);
    this.name = `client ${n}`;
    this.kind = kind;
    this.wire = wire;
    this.chance = chance;
    this.isPatient = chance.happens(0.3);
    this.xid = n << 16;
  }

  /** What it uses, or would use if it were told so. */
  get believed(): Held | undefined {
    return this.held ?? (this.state === "rebooting" ? this.remembered : undefined);
  }

  /** INIT. */
  start(): void {
    this.enter("init");
    this.held = undefined;
    this.offer = undefined;
    this.xid++;
    this.startedAt = this.wire.timeline.now;
    this.wait(this.chance.between(0, 1000), () => this.discover(0));
  }

  /** The power comes back: it has forgotten all. */
  powerUp(): void {
    this.remembered = undefined;
    this.start();
  }

  /** Another machine of the same kind. */
  becomeAnother(): void {
    this.generation++;
    this.id = client(this.number + 256 * this.generation);
    this.powerUp();
  }

  /** Switched off and on: INIT-REBOOT, or INIT when it remembers nothing. */
  reboot(): void {
    this.held = undefined;
    if (this.remembered === undefined || this.kind.isFirmware) {
      this.start();
      return;
    }
    this.enter("rebooting");
    this.xid++;
    this.request({ requested: this.remembered.address }, 0);
  }

  release(): void {
    const { held } = this;
    if (held === undefined) return;
    this.letGo();
    this.remembered = undefined;
    this.xid++;
    this.wire.unicast(
      this,
      this.packet("RELEASE", { ciaddr: held.address, server: held.server }),
      held.server,
    );
    this.wait(this.chance.between(...OFF_AFTER_RELEASE_MS), () => this.start());
  }

  /** Goes away without a word. */
  switchOff(forMs: number): void {
    this.letGo();
    this.wait(forMs, () => this.reboot());
  }

  /** Lets nothing happen any more. */
  freeze(): void {
    this.turn++;
  }

  hear(packet: Packet): void {
    if (packet.xid !== this.xid) return;
    switch (packet.messageType) {
      case MessageType.OFFER:
        this.hearOffer(packet);
        return;
      case MessageType.ACK:
        if (this.isWaiting) this.bind(packet);
        return;
      case MessageType.NAK:
        if (this.isWaiting) this.bow(packet);
        return;
      default:
    }
  }

  private get isWaiting(): boolean {
    return ["requesting", "rebooting", "renewing", "rebinding"].includes(this.state);
  }

  private discover(tries: number): void {
    this.enter("selecting");
    if (this.kind.isFirmware && tries >= TRIES_MAX) {
      this.enter("off");
      this.wait(this.chance.between(20_000, 40_000), () => this.start());
      return;
    }
    const secs = secsOf(firmwareOf(this.number), tries, this.wire.timeline.now - this.startedAt);
    const requested = this.remembered?.address ?? (this.xid % 3 === 0 ? undefined : WANTED[this.xid % 2]);
    this.broadcast(this.packet("DISCOVER", { secs, ...(requested === undefined ? {} : { requested }) }));
    this.wait(this.retryMs(tries), () => this.discover(tries + 1));
  }

  private hearOffer(packet: Packet): void {
    if (this.state !== "selecting" || this.offer !== undefined) return;
    const server = packet.get("serverIdentifier");
    if (server === undefined) return;
    this.offer = { address: formatIpv4(packet.yiaddr), server: formatIpv4(server) };
    const select = () => {
      const { address: requested, server } = this.offer!;
      this.enter("requesting");
      this.request({ requested, server }, 0);
    };
    this.turn++;
    this.wait(this.isPatient ? 1000 : 0, select);
  }

  /** SELECTING and INIT-REBOOT. */
  private request(fields: Fields, tries: number): void {
    if (tries >= TRIES_MAX) {
      this.start();
      return;
    }
    this.broadcast(this.packet("REQUEST", fields));
    this.wait(this.retryMs(tries), () => this.request(fields, tries + 1));
  }

  private bind(packet: Packet): void {
    const address = formatIpv4(packet.yiaddr);
    const server = formatIpv4(packet.get("serverIdentifier")!);
    const seconds = packet.get("ipAddressLeaseTime")!;
    const { now } = this.wire.timeline;
    const isNew = this.state === "requesting";
    this.enter("bound");
    this.held = { address, server, seconds, since: now, until: now + seconds * 1000 };
    this.remembered = this.held;
    this.wire.granted(this);
    this.onBound();
    if (isNew && this.wire.isUsedByStranger(address)) this.decline(address, server);
    else if (this.kind.isRestless && this.chance.happens(0.25))
      this.wait(this.chance.between(200, 9000), () => this.reboot());
    else this.planRenewal(this.held);
  }

  private decline(requested: string, server: string): void {
    this.letGo();
    this.remembered = undefined;
    this.xid++;
    this.broadcast(this.packet("DECLINE", { requested, server }));
    this.wait(AFTER_DECLINE_MS, () => this.start());
  }

  private planRenewal(held: Held): void {
    const ms = held.seconds * 1000;
    this.wait(ms * (this.kind.isFirmware ? 1 : 0.5), () => {
      if (this.kind.isFirmware) {
        this.start();
        return;
      }
      this.xid++;
      this.enter("renewing");
      this.renew(held);
    });
  }

  /** RENEWING by unicast until T2, REBINDING by broadcast until the lease ends; each time after half of what is left. */
  private renew(held: Held): void {
    const { now } = this.wire.timeline;
    if (now >= held.until) {
      this.letGo();
      this.start();
      return;
    }
    const t2 = held.since + held.seconds * 875;
    const packet = this.packet("REQUEST", { ciaddr: held.address });
    if (now < t2) {
      this.wire.unicast(this, packet, held.server);
      this.wait(Math.min(t2 - now, Math.max(4000, (t2 - now) / 2)), () => this.renew(held));
      return;
    }
    if (this.state !== "rebinding") {
      this.enter("rebinding");
    }
    this.broadcast(packet);
    this.wait(Math.min(held.until - now, Math.max(4000, (held.until - now) / 2)), () => this.renew(held));
  }

  /** NAK: RFC 2131 §4.4: it starts anew. */
  private bow(packet: Packet): void {
    this.wire.refused(this, this.state, packet);
    this.letGo();
    this.remembered = undefined;
    this.start();
  }

  private letGo(): Held | undefined {
    const { held } = this;
    this.held = undefined;
    this.offer = undefined;
    this.enter("off");
    return held;
  }

  private broadcast(packet: Buffer): void {
    this.wire.broadcast(this, packet);
  }

  private packet(type: MessageTypeName, fields: Fields): Buffer {
    const options = this.kind.isFirmware ? [option("vendorClassIdentifier", "PXEClient:Arch:00007")] : [];
    return packetOf(type, this.id, { xid: this.xid, options, ...fields });
  }

  /** RFC 2131 §4.1: 4, 8, 16 … 64 s, each by a second more or less. */
  private retryMs(tries: number): number {
    return Math.min(FIRST_RETRY_MS * 2 ** tries, LAST_RETRY_MS) + this.chance.between(-1000, 1000);
  }

  private enter(state: ClientState): void {
    this.turn++;
    this.state = state;
  }

  private wait(ms: number, run: () => void): void {
    const { turn } = this;
    this.wire.timeline.after(ms, () => {
      if (turn === this.turn) run();
    });
  }
}
