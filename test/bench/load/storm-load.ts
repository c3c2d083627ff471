// Hosts that are switched on at once. Each goes through its client kinds one after the other, DISCOVER to ACK, by broadcast
// on the common link, and asks again as that kind does. What it was given is judged here, by what came over the wire.

import { formatIpv4, ipv4, MessageType } from "@leasehold/protocol";
import { secsOf } from "../../firmware-secs.ts";
import { type ClientKind, clientKinds } from "./client-kinds.ts";
import { LoadSocket } from "./load-socket.ts";
import { ACK, MessageTemplate, NAK, OFFER, serverOf, typeOf, xidOf, yiaddrOf } from "./message-template.ts";

export interface StormCommand {
  readonly do: "storm";
  readonly hosts: number;
  readonly patienceMs: number;
}

export interface StormResult {
  readonly hosts: number;
  /** Hosts whose last client has an address. */
  readonly bound: number;
  /** ms until half, 99 of 100 and all of the bound hosts were. */
  readonly halfMs: number;
  readonly p99Ms: number;
  readonly allMs: number;
  /** The longest time in which nobody was given an address, in ms. */
  readonly pauseMs: number;
  /** ms in which the first message of every host was sent. */
  readonly startMs: number;
  readonly sent: number;
  readonly naks: number;
  /** ACKs for an address that another host had. */
  readonly twice: number;
  /** Hosts that had another address in a later stage, and how often by that stage and the servers' addresses (option 54). */
  readonly moved: number;
  readonly moves: Readonly<Record<string, number>>;
  /** ACKs for another address than the one that was asked for last. */
  readonly unasked: number;
  /** By kind: how many messages were sent again. */
  readonly again: Readonly<Record<string, number>>;
}

const BROADCAST = ipv4(0xffffffff);
const CHUNK = 50;
const REQUESTS_MAX = 4;
const STAGES = clientKinds.length;

interface Templates {
  readonly kind: ClientKind;
  readonly discover: MessageTemplate;
  readonly request: MessageTemplate;
}

const templates: readonly Templates[] = clientKinds.map((kind) => {
  const settings = { options: kind.options, broadcast: true };
  return {
    kind,
    discover: new MessageTemplate({ ...settings, type: MessageType.DISCOVER }),
    request: new MessageTemplate({ ...settings, type: MessageType.REQUEST, isSelecting: true }),
  };
});

export class StormLoad {
  private readonly hosts: StormHost[];
  private readonly holders = new Map<number, number>();
  private readonly command: StormCommand;
  private readonly onStage: (stages: number) => void;
  private readonly again: Record<string, number> = {};
  private readonly moves: Record<string, number> = {};
  private readonly ends: number[] = [];
  private stages = 0;
  private lastBound = 0;
  private pause = 0;
  private naks = 0;
  private twice = 0;
  private unasked = 0;
  private socket!: LoadSocket;
  private finish: () => void = () => {};

  /** `onStage` is told how many clients have an address so far, of three a host. */
  constructor(command: StormCommand, onStage: (stages: number) => void) {
    this.command = command;
    this.onStage = onStage;
    this.hosts = Array.from({ length: command.hosts }, (_, index) => new StormHost(index, this));
  }

  async run(): Promise<StormResult> {
    this.socket = await LoadSocket.open(68, (reply) => this.hear(reply));
    const began = performance.now();
    for (let i = 0; i < this.hosts.length; i++) {
      this.hosts[i]!.begin();
      if (i % CHUNK === CHUNK - 1) await new Promise(setImmediate);
    }
    const startMs = performance.now() - began;
    await new Promise<void>((resolve) => {
      this.finish = resolve;
      if (this.ends.length === this.hosts.length) resolve();
      setTimeout(resolve, this.command.patienceMs).unref();
    });
    for (const host of this.hosts) host.stop();
    const { sent } = this.socket;
    this.socket.close();
    return { ...this.result(began), startMs: Math.round(startMs), sent };
  }

  private result(began: number) {
    const sorted = this.ends.map((at) => at - began).sort((a, b) => a - b);
    const at = (share: number) => Math.round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0);
    return {
      hosts: this.hosts.length,
      bound: sorted.length,
      halfMs: at(0.5),
      p99Ms: at(0.99),
      allMs: at(1),
      pauseMs: Math.round(this.pause),
      naks: this.naks,
      twice: this.twice,
      unasked: this.unasked,
      moved: this.hosts.filter(({ hasMoved }) => hasMoved).length,
      moves: this.moves,
      again: this.again,
    };
  }

  private hear(reply: Buffer): void {
    const xid = xidOf(reply);
    this.hosts[Math.floor((xid & 0xffffff) / STAGES)]?.hear(reply, xid);
  }

  send(bytes: Buffer): void {
    this.socket.send(bytes, BROADCAST);
  }

  countAgain(kind: string): void {
    this.again[kind] = (this.again[kind] ?? 0) + 1;
  }

  countMove(kind: string, from: number, to: number): void {
    const move = `${kind}: ${formatIpv4(ipv4(from))} → ${formatIpv4(ipv4(to))}`;
    this.moves[move] = (this.moves[move] ?? 0) + 1;
  }

  countUnasked(): void {
    this.unasked++;
  }

  countNak(): void {
    this.naks++;
  }

  /** A client was given an address; `isLast` when its host is through. */
  bound(host: number, address: number, isLast: boolean): void {
    const holder = this.holders.get(address);
    if (holder !== undefined && holder !== host) this.twice++;
    this.holders.set(address, host);
    this.onStage(++this.stages);
    const now = performance.now();
    if (this.stages > 1) this.pause = Math.max(this.pause, now - this.lastBound);
    this.lastBound = now;
    if (!isLast) return;
    this.ends.push(now);
    if (this.ends.length === this.hosts.length) this.finish();
  }
}

class StormHost {
  private readonly index: number;
  private readonly storm: StormLoad;
  private stage = 0;
  private attempt = 0;
  private requests = 0;
  private offered: { readonly wanted: number; readonly server: number } | undefined;
  private address = 0;
  /** Who acknowledged it. */
  private server = 0;
  private stageBegan = 0;
  private timer: NodeJS.Timeout | undefined;
  hasMoved = false;

  constructor(index: number, storm: StormLoad) {
    this.index = index;
    this.storm = storm;
  }

  begin(): void {
    this.stageBegan = performance.now();
    this.attempt = 0;
    this.offered = undefined;
    this.say();
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  hear(reply: Buffer, xid: number): void {
    if (xid !== this.xid || this.stage >= STAGES) return;
    switch (typeOf(reply)) {
      case OFFER:
        if (this.offered !== undefined) return;
        this.offered = { wanted: yiaddrOf(reply), server: serverOf(reply) };
        this.attempt = 0;
        this.requests = 0;
        this.say();
        break;
      case ACK:
        this.takeAddress(yiaddrOf(reply), serverOf(reply));
        break;
      case NAK:
        this.storm.countNak();
        this.begin();
    }
  }

  private takeAddress(address: number, server: number): void {
    if (this.offered === undefined) return;
    clearTimeout(this.timer);
    if (address !== this.offered.wanted) this.storm.countUnasked();
    if (this.address !== 0 && this.address !== address) {
      this.hasMoved = true;
      this.storm.countMove(templates[this.stage]!.kind.name, this.server, server);
    }
    this.address = address;
    this.server = server;
    this.stage++;
    const isLast = this.stage === STAGES;
    this.storm.bound(this.index, address, isLast);
    if (!isLast) this.begin();
  }

  private get xid(): number {
    return 0x51000000 + this.index * STAGES + this.stage;
  }

  private say(): void {
    const { kind, discover, request } = templates[this.stage]!;
    if (this.offered && this.requests++ >= REQUESTS_MAX) this.offered = undefined;
    const secs = secsOf(kind.secsAs, this.attempt, performance.now() - this.stageBegan);
    const change = { xid: this.xid, client: this.index, secs };
    this.storm.send(this.offered ? request.of({ ...change, ...this.offered }) : discover.of(change));
    const wait = kind.waits[Math.min(this.attempt++, kind.waits.length - 1)]!;
    const ms = 1000 * (kind.isRandom ? wait + 2 * Math.random() - 1 : wait);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.storm.countAgain(kind.name);
      this.say();
    }, ms);
  }
}
