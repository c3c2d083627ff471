// A client that lives for as long as the test: it gets a lease, renews it, rebinds, reboots, gives it back, vanishes and
// comes again, as RFC 2131 §4.4 says. Only its pauses between two tries begin with one second for the RFC's four, unless told.
import { type Ipv4, type Mac, MessageType, macBytes, type Packet } from "@leasehold/protocol";
import { firmwareOf, secsOf } from "../firmware-secs.ts";
import { decline, discover, reboot, release, renew, type Sender, select } from "../lab/messages.ts";
import type { Random } from "../random.ts";

/** How a client's messages travel. */
export interface Medium {
  /** By broadcast, or through a relay. */
  toAll(bytes: Uint8Array): void;
  toServer(bytes: Uint8Array, server: Ipv4): void;
  /** What is in every message of the client that goes to all. */
  readonly sender: Partial<Sender>;
}

export interface Habits {
  readonly random: Random;
  /** The pause before the second try. */
  readonly retryMs: number;
  /** Lets the hardware address that hears of a transaction be known. */
  expect(xid: number, client: LivingClient): void;
  forget(xid: number): void;
  /** The hardware address after it vanished or gave its lease back; the same one when it has a reservation. */
  nextMac(mac: Mac): Mac;
  /** What it does with a lease; absent, it only renews. */
  readonly whims?: readonly Whim[];
}

export type Whim = "renew" | "release" | "reboot" | "rediscover" | "vanish" | "decline";

type Phase = "off" | "selecting" | "requesting" | "rebooting" | "bound" | "renewing" | "rebinding";

interface Lease {
  readonly address: Ipv4;
  readonly server: Ipv4;
  readonly rebindAt: number;
  readonly endsAt: number;
  readonly seconds: number;
}

const REQUESTS_MAX = 4;
const LONGEST_PAUSES = 4;
const DECLINE_PAUSE_MS = 10_000; // RFC 2131 §3.1, step 5.

export class LivingClient {
  mac: Mac;
  /** How often a lease ran out while it was asking for more time. */
  lost = 0;
  private readonly medium: Medium;
  private readonly habits: Habits;
  private phase: Phase = "off";
  private xid = 0;
  private tries = 0;
  private begunAt = 0;
  private offer: Packet | undefined;
  private lease: Lease | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(mac: Mac, medium: Medium, habits: Habits) {
    this.mac = mac;
    this.medium = medium;
    this.habits = habits;
  }

  get isBound(): boolean {
    return this.lease !== undefined && this.lease.endsAt > performance.now();
  }

  get address(): Ipv4 | undefined {
    return this.isBound ? this.lease?.address : undefined;
  }

  /** INIT. */
  discover(): void {
    this.offer = undefined;
    this.begin("selecting");
  }

  /** T2 is now: it asks everybody. */
  rebind(): void {
    if (this.lease) this.begin("rebinding");
  }

  /** T1 is now: it asks its server. */
  renew(): void {
    if (this.lease) this.begin("renewing");
  }

  end(): void {
    clearTimeout(this.timer);
    this.habits.forget(this.xid);
    this.phase = "off";
  }

  hear(packet: Packet): void {
    if (this.phase === "selecting") {
      if (packet.messageType === MessageType.OFFER) this.choose(packet);
    } else if (this.phase !== "bound" && this.phase !== "off") {
      if (packet.messageType === MessageType.ACK) this.bind(packet);
      if (packet.messageType === MessageType.NAK) this.startAnew();
    }
  }

  private choose(offer: Packet): void {
    this.offer = offer;
    this.tries = 0;
    this.enter("requesting");
  }

  private startAnew(): void {
    this.lease = undefined;
    this.discover();
  }

  private begin(phase: Phase): void {
    this.habits.forget(this.xid);
    this.xid = this.habits.random.next();
    this.habits.expect(this.xid, this);
    this.begunAt = performance.now();
    this.tries = 0;
    this.enter(phase);
  }

  private enter(phase: Phase): void {
    this.phase = phase;
    this.say();
  }

  private say(): void {
    const now = performance.now();
    if (this.isUpAt(now)) return;
    this.transmit();
    this.tries++;
    this.after(this.pause(now), () => this.say());
  }

  /** Goes on to what follows when asking like this has lasted long enough. */
  private isUpAt(now: number): boolean {
    const { phase, lease } = this;
    const isTired = this.tries === REQUESTS_MAX;
    if (phase === "requesting" && isTired) this.discover();
    else if (phase === "rebooting" && isTired) this.startAnew();
    else if (phase === "renewing" && now >= lease!.rebindAt) this.begin("rebinding");
    else if (phase === "rebinding" && now >= lease!.endsAt) {
      this.lost++;
      this.startAnew();
    } else return false;
    return true;
  }

  private transmit(): void {
    const { medium, lease } = this;
    const sender: Sender = { ...this.unrelayed(), broadcast: true, ...medium.sender };
    switch (this.phase) {
      case "selecting":
        medium.toAll(discover(sender));
        break;
      case "requesting":
        medium.toAll(select(sender, this.offer!));
        break;
      case "rebooting":
        medium.toAll(reboot(sender, lease!.address));
        break;
      case "renewing":
        medium.toServer(renew(this.unrelayed(), lease!.address), lease!.server);
        break;
      case "rebinding":
        medium.toAll(renew({ ...sender, broadcast: false }, lease!.address));
        break;
    }
  }

  private unrelayed(): Sender {
    const firmware = firmwareOf(macBytes(this.mac).at(-1)!);
    const secs = secsOf(firmware, this.tries, performance.now() - this.begunAt);
    return { mac: this.mac, xid: this.xid, secs };
  }

  // RFC 2131 §4.1: twice as long each time, one in eight more or less; §4.4.5: half of what is left to T2 or to the end.
  private pause(now: number): number {
    const { retryMs, random } = this.habits;
    if (this.phase === "renewing" || this.phase === "rebinding") {
      const { rebindAt, endsAt } = this.lease!;
      const left = (this.phase === "renewing" ? rebindAt : endsAt) - now;
      return Math.max(Math.min(left, retryMs), left / 2);
    }
    const whole = retryMs * Math.min(2 ** (this.tries - 1), LONGEST_PAUSES);
    return whole * (0.875 + random.below(251) / 1000);
  }

  private bind(ack: Packet): void {
    const seconds = ack.get("ipAddressLeaseTime") ?? 0;
    const now = performance.now();
    this.habits.forget(this.xid);
    this.lease = {
      address: ack.yiaddr,
      server: ack.get("serverIdentifier")!,
      seconds,
      rebindAt: now + (ack.get("rebindingTime") ?? seconds * 0.875) * 1000,
      endsAt: now + seconds * 1000,
    };
    this.phase = "bound";
    const renewAfter = (ack.get("renewalTime") ?? seconds / 2) * 1000;
    const { whims, random } = this.habits;
    const whim = whims?.[random.below(whims.length)] ?? "renew";
    if (whim === "renew") this.after(renewAfter, () => this.renew());
    else this.after(random.below(Math.max(1, renewAfter)), () => this.follow(whim));
  }

  private follow(whim: Whim): void {
    const { random } = this.habits;
    const { address, server, seconds } = this.lease!;
    switch (whim) {
      case "renew":
        this.renew();
        break;
      case "reboot":
        this.begin("rebooting");
        break;
      case "rediscover":
        this.discover();
        break;
      case "release":
        this.medium.toServer(release(this.fresh(), address, server), server);
        this.comeBack(500 + random.below(5000));
        break;
      case "decline":
        this.medium.toAll(decline({ ...this.fresh(), ...this.medium.sender }, address, server));
        this.after(DECLINE_PAUSE_MS, () => this.startAnew());
        break;
      case "vanish":
        this.comeBack(random.below(seconds * 2500));
        break;
    }
  }

  private fresh(): Sender {
    return { mac: this.mac, xid: this.habits.random.next() };
  }

  private comeBack(afterMs: number): void {
    this.phase = "off";
    this.after(afterMs, () => {
      this.mac = this.habits.nextMac(this.mac);
      this.startAnew();
    });
  }

  private after(ms: number, act: () => void): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(act, ms);
  }
}
