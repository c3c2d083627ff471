// Is somebody else using this address? Asked before an address is offered that was somebody else's (RFC 2131 §2.2, §3.1
// item 2): by ARP on the link, by ICMP echo through a relay. Answers are collected by a timer while questions are open.
import type { Ipv4, Mac } from "@leasehold/protocol";
import { ArpSocket, EchoSocket, type ProbeSocket, type UsedBy } from "./probe-sockets.ts";

/** "unknown": nothing could be asked, or too much is being asked already. */
export type ProbeAnswer = "free" | "unknown" | { readonly usedBy: UsedBy };

export interface ProbeTarget {
  /** The interface on whose link the address is; undefined for a subnet behind a relay. */
  readonly interfaceName: string | undefined;
  /** Who is about to get the address. It may be using it: its own answers do not count. */
  readonly clientMac: Mac;
}

export interface ConflictProbeParts {
  /** Told in a sentence, once each, why addresses cannot be probed. */
  readonly tell: (sentence: string) => void;
  /** For an interface, or for what is behind relays. May throw. */
  readonly openSocket?: (interfaceName: string | undefined) => ProbeSocket;
  /** Questions that may be open at once. */
  readonly pendingMax?: number;
}

interface Question {
  readonly address: Ipv4;
  readonly clientMac: Mac;
  readonly socket: ProbeSocket;
  readonly until: number;
  /** When to ask once more; the first question may have been lost. */
  askAgainAt: number;
  readonly answer: (answer: ProbeAnswer) => void;
}

const PENDING_MAX = 512;
const POLL_MS = 5;

export class ConflictProbe {
  private readonly parts: ConflictProbeParts;
  private readonly sockets = new Map<string | undefined, ProbeSocket>();
  private readonly questions = new Set<Question>();
  private readonly told = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(parts: ConflictProbeParts) {
    this.parts = parts;
  }

  /** Questions that wait for an answer. */
  get pending(): number {
    return this.questions.size;
  }

  /**
   * Answers as soon as somebody uses the address, else after `waitMs`. "free" says that nobody answered to two questions:
   * what sleeps, or does not answer ICMP, is not seen. Never rejects.
   */
  probe(address: Ipv4, target: ProbeTarget, waitMs: number): Promise<ProbeAnswer> {
    if (this.questions.size >= (this.parts.pendingMax ?? PENDING_MAX)) return Promise.resolve("unknown");
    const socket = this.ask(address, target.interfaceName);
    if (socket === undefined) return Promise.resolve("unknown");
    return new Promise((answer) => {
      const now = performance.now();
      const { clientMac } = target;
      const [until, askAgainAt] = [now + waitMs, now + waitMs / 2];
      this.questions.add({ address, clientMac, socket, until, askAgainAt, answer });
      this.timer ??= setInterval(() => this.poll(), POLL_MS);
    });
  }

  /** Asks for the first time; undefined when that cannot be. */
  private ask(address: Ipv4, interfaceName: string | undefined): ProbeSocket | undefined {
    const open = this.socket(interfaceName);
    if (open === undefined || open.ask(address)) return open;
    // The interface may have gone and come back as another one of the same name.
    this.forget(interfaceName);
    const reopened = this.socket(interfaceName);
    return reopened?.ask(address) ? reopened : undefined;
  }

  /** The interface is another one, or its MAC is: what was asked by the old one is not known. */
  forget(interfaceName: string | undefined): void {
    const open = this.sockets.get(interfaceName);
    if (open === undefined) return;
    this.sockets.delete(interfaceName);
    for (const question of this.questions) if (question.socket === open) this.settle(question, "unknown");
    open.close();
  }

  private socket(interfaceName: string | undefined): ProbeSocket | undefined {
    try {
      const { openSocket = openProbeSocket } = this.parts;
      const socket = this.sockets.get(interfaceName) ?? openSocket(interfaceName);
      this.sockets.set(interfaceName, socket);
      // What came while nobody asked may be old.
      if (![...this.questions].some((question) => question.socket === socket)) socket.read(() => {});
      return socket;
    } catch (error) {
      this.tellOnce(reasonOf(error, interfaceName));
      return undefined;
    }
  }

  private tellOnce(sentence: string): void {
    if (this.told.has(sentence)) return;
    this.told.add(sentence);
    this.parts.tell(sentence);
  }

  private poll(): void {
    for (const socket of new Set([...this.questions].map((question) => question.socket))) {
      this.read(socket);
    }
    const now = performance.now();
    for (const question of this.questions) {
      if (now >= question.until) this.settle(question, "free");
      else if (now >= question.askAgainAt) {
        question.socket.ask(question.address);
        question.askAgainAt = Number.POSITIVE_INFINITY;
      }
    }
  }

  /** A socket that fails, as when its interface is gone, has nothing more to say; its questions are not answered. */
  private read(socket: ProbeSocket): void {
    try {
      socket.read((address, usedBy) => this.hear(address, usedBy));
    } catch (error) {
      const [name] = [...this.sockets].find(([, open]) => open === socket) ?? [];
      this.tellOnce(reasonOf(error, name));
      this.sockets.delete(name);
      for (const question of this.questions) if (question.socket === socket) this.settle(question, "unknown");
      socket.close();
    }
  }

  private hear(address: Ipv4, usedBy: UsedBy): void {
    for (const question of this.questions) {
      if (question.address === address && question.clientMac !== usedBy) this.settle(question, { usedBy });
    }
  }

  private settle(question: Question, answer: ProbeAnswer): void {
    this.questions.delete(question);
    question.answer(answer);
    if (this.questions.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** Answers what is open with "unknown" and lets go of the sockets. */
  close(): void {
    for (const question of this.questions) this.settle(question, "unknown");
    for (const socket of this.sockets.values()) socket.close();
    this.sockets.clear();
  }
}

function openProbeSocket(interfaceName: string | undefined): ProbeSocket {
  return interfaceName === undefined ? new EchoSocket() : new ArpSocket(interfaceName);
}

function reasonOf(error: unknown, interfaceName: string | undefined): string {
  const by = interfaceName === undefined ? "by ICMP" : `by ARP on ${interfaceName}`;
  if ((error as { code?: string }).code === "EPERM") {
    return "Addresses are offered without a conflict probe: the probe needs CAP_NET_RAW (docs/operate.md).";
  }
  const reason = error instanceof Error ? error.message : String(error);
  return `Addresses are offered without a conflict probe ${by}: ${reason}.`;
}
