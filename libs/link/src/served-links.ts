// The interfaces of node.yaml, followed for as long as the node runs: opened when they are there, closed when they are gone,
// opened again when they were made anew or have another address.
import { reasonOf } from "@leasehold/document/operator-error";
import { formatIpv4, type Ipv4 } from "@leasehold/protocol";
import type { Logger } from "pino";
import { LinkError, type Receive } from "./link.ts";
import { fixOf, type InterfaceFacts, type LinkView, type ServedInterfaces } from "./link-state.ts";
import { MachineInterfaces } from "./machine-interfaces.ts";
import { ServedLink } from "./served-link.ts";

export interface ServedLinksParts {
  readonly interfaces: readonly string[];
  readonly port: number;
  /** Addresses that are labelled `<interface>:<label>` are not the interface's own. */
  readonly labelOfOthers: string;
  readonly receive: Receive;
  readonly log: Logger;
  /** Another state, or another address: of this link. */
  readonly onChange: (link: ServedLink) => void;
}

/** Without a word from the kernel. */
const LOOK_EVERY_MS = 10_000;
/** Where the kernel does not tell, and while something could not be opened. */
const LOOK_AGAIN_MS = 1000;
/** A packet that comes by a link that is thought to be down says that it is not. */
const LOOK_AT_MOST_EVERY_MS = 20;

export class ServedLinks implements ServedInterfaces {
  readonly all: readonly ServedLink[];
  private readonly parts: ServedLinksParts;
  private readonly machine: MachineInterfaces;
  private readonly told = new Map<ServedLink, string>();
  private lookedAt = Number.NEGATIVE_INFINITY;
  private isLooking = false;
  private isClosed = false;

  constructor(parts: ServedLinksParts) {
    this.parts = parts;
    this.machine = new MachineInterfaces(parts.interfaces, parts.labelOfOthers);
    this.all = parts.interfaces.map((name) => this.serve(name));
  }

  private serve(name: string): ServedLink {
    const { port, receive } = this.parts;
    // `arrival.link` may be one of the link's own addresses: only the link itself knows whether it is up.
    const link: ServedLink = new ServedLink(name, port, (bytes, sourcePort, arrival) => {
      if (!link.isUp) void this.look(performance.now());
      receive(bytes, sourcePort, arrival);
    });
    return link;
  }

  /** @throws LinkError when one that is there cannot be opened: it would not get better by waiting. */
  async start(now: number): Promise<void> {
    this.lookedAt = now;
    await this.follow((error) => {
      throw error;
    });
  }

  /** Some times a second. */
  tick(now: number): void {
    const isUnsure = !this.machine.isTold || this.all.some(({ hasFailed }) => hasFailed);
    const isDue = now - this.lookedAt >= (isUnsure ? LOOK_AGAIN_MS : LOOK_EVERY_MS);
    if (this.machine.hasChanged() || isDue) void this.look(now);
  }

  private async look(now: number): Promise<void> {
    if (this.isClosed || now - this.lookedAt < LOOK_AT_MOST_EVERY_MS) return;
    // What changes meanwhile is looked at by the tick after.
    if (this.isLooking) {
      this.lookedAt = Number.NEGATIVE_INFINITY;
      return;
    }
    this.lookedAt = now;
    this.isLooking = true;
    try {
      await this.follow(() => {});
    } catch (error) {
      this.parts.log.warn({ reason: reasonOf(error) }, "the machine's interfaces cannot be read");
    } finally {
      this.isLooking = false;
    }
  }

  private async follow(onFailure: (error: LinkError) => void): Promise<void> {
    const found = this.machine.read();
    for (const link of this.all) {
      try {
        await link.follow(found.get(link.interfaceName));
      } catch (error) {
        if (!(error instanceof LinkError)) throw error;
        onFailure(error);
      }
      this.tell(link, found);
    }
  }

  private tell(link: ServedLink, found: ReadonlyMap<string, InterfaceFacts>): void {
    const facts = found.get(link.interfaceName);
    const { view } = link;
    const word = JSON.stringify([view, facts?.index, facts?.mac]);
    if (word === this.told.get(link)) return;
    this.told.set(link, word);
    const { interfaceName } = link;
    if (view.problem === undefined) this.parts.log.info(link.words, "link open");
    else {
      const fix = fixOf(interfaceName, facts, [...found.keys()]);
      this.parts.log.warn({ interface: interfaceName, fix }, `interface ${interfaceName} ${view.problem}`);
    }
    this.parts.onChange(link);
  }

  /** That have, or had, an address. */
  get opened(): readonly ServedLink[] {
    return this.all.filter(({ addresses }) => addresses.length > 0);
  }

  get views(): readonly LinkView[] {
    return this.all.map(({ view }) => view);
  }

  /** Of the links that are there. */
  get addresses(): readonly Ipv4[] {
    return this.all.flatMap((link) => (link.isOpen ? link.addresses : []));
  }

  get texts(): readonly string[] {
    return this.addresses.map(formatIpv4);
  }

  get isAnyUp(): boolean {
    return this.all.some(({ isUp }) => isUp);
  }

  /** Which links are not served, and why, in a sentence without its full stop; undefined: all are. */
  get problem(): string | undefined {
    const problems = this.all.flatMap(({ interfaceName, problem }) =>
      problem === undefined ? [] : [`interface ${interfaceName} ${problem}`],
    );
    return problems.length === 0 ? undefined : `${problems.join("; ")}: other nodes answer its clients`;
  }

  discardQueued(): number {
    return this.all.reduce((sum, link) => sum + link.discardQueued(), 0);
  }

  close(): void {
    this.isClosed = true;
    for (const link of this.all) link.close();
    this.machine.close();
  }
}
