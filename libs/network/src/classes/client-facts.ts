// What is known of a client when it is sorted into classes, and looks up its reservation.
import { type Ipv4, type RelaySubOption, relaySubOption } from "@leasehold/protocol";
import type { ClientFacts } from "../network.ts";

/** The facts while the matchers of one network look at them: what several ask for is read once. */
export class Evidence {
  readonly facts: ClientFacts;
  /** By the index of a class: 1 where the client is in it, as far as it was looked. */
  readonly matched: Uint8Array;
  private found: Map<number, Uint8Array> | undefined;
  private archs: readonly number[] | undefined;

  constructor(facts: ClientFacts, matched: Uint8Array) {
    this.facts = facts;
    this.matched = matched;
  }

  /** The octets of an option. */
  raw(code: number): Uint8Array | undefined {
    const known = this.found?.get(code);
    if (known !== undefined) return known;
    const octets = this.facts.packet.raw(code);
    if (octets === undefined) return undefined;
    // Most packets have nothing that a matcher asks for.
    this.found ??= new Map();
    this.found.set(code, octets);
    return octets;
  }

  /** Option 93; none when the client does not say. */
  get architectures(): readonly number[] {
    this.archs ??= this.facts.packet.get("clientSystemArchitecture") ?? [];
    return this.archs;
  }

  /** 0 when no relay agent is known. */
  get giaddr(): Ipv4 {
    const { packet, giaddr } = this.facts;
    return packet.giaddr === 0 && giaddr !== undefined ? giaddr : packet.giaddr;
  }

  relaySubOption(code: (typeof RelaySubOption)[keyof typeof RelaySubOption]): Uint8Array | undefined {
    const octets = this.facts.packet.relayAgent ?? this.facts.agent;
    return octets && relaySubOption(octets, code);
  }
}
