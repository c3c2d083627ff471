// What an inventory source is, and what it says of hosts in words that are no system's own. A source is one file in
// sources/ exporting one Source; sources.ts lists them.
import type { HostProblem } from "@leasehold/inventory";
import type { Mac } from "@leasehold/protocol";
import type * as z from "zod";

export interface Source<Settings = unknown> {
  /** The word in syncer.yaml. */
  readonly type: string;
  /** The keys that an entry of this type has in syncer.yaml besides those that all have. */
  readonly settings: z.ZodRawShape;
  /** Called once at start; what it gives may remember between reads. */
  open(settings: Settings, reach: Reach): SourceReader;
}

export interface SourceReader {
  /** For people: where it reads. */
  readonly place: string;
  /**
   * Everything that the system says now, read whole or not at all.
   * @throws ReadFailure when any part of it could not be had.
   */
  read(): Promise<Reading>;
  /** A cheap look whether `read` would find something new. Not finding is no proof. */
  hasNews?(): Promise<boolean>;
}

/** What the shell lends to a source. */
export interface Reach {
  /** @throws ReadFailure when the answer is no 2xx, is not whole within the limits, or is not JSON. */
  getJson(url: string, options?: GetOptions): Promise<unknown>;
}

export interface GetOptions {
  readonly token?: string | undefined;
  readonly limits?: AnswerLimits | undefined;
}

/** What an answer may take. */
export interface AnswerLimits {
  /** Unpacked. */
  readonly octets: number;
  /** From asking to the last octet. */
  readonly wholeMs: number;
  /** Before the first octet, and between one and the next. */
  readonly silenceMs: number;
}

export const READ_FAILURES = [
  "unreachable",
  "status",
  "timeout",
  "too-large",
  "broken-off",
  "not-json",
  "too-deep",
  "wrong-shape",
] as const;
export type ReadFailureKind = (typeof READ_FAILURES)[number];

/** The system could not be read: nothing is known, so nothing changes. */
export class ReadFailure extends Error {
  readonly kind: ReadFailureKind;

  constructor(kind: ReadFailureKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

export interface Reading {
  readonly hosts: readonly SeenHost[];
  /** How many rows the system gave; none at all is treated with suspicion. */
  readonly rows: number;
  /** Rows that cannot even be said to be some host's. */
  readonly unusable: readonly HostProblem[];
}

export interface SeenHost {
  /** A host id (`isHostId`). */
  readonly id: string;
  readonly attributes: HostAttributes;
  /** Whether the system describes the host, or is only known to have an interface of it. */
  readonly isDescribed: boolean;
  readonly interfaces: readonly SeenInterface[];
  /** Interfaces of it whose hardware address cannot be read: it may be any that it had. */
  readonly unreadable: readonly HostProblem[];
  /** What the system says of it that cannot be true together, apart from its interfaces. */
  readonly contradictions?: readonly HostProblem[];
  /** What the system calls this state of it. */
  readonly revision?: string;
}

export interface HostAttributes {
  readonly hostname?: string;
  readonly type?: string;
  readonly role?: string;
  readonly subRole?: string;
  readonly nid?: number;
  readonly arch?: string;
}

export interface SeenInterface {
  readonly mac: Mac;
  /** In their canonical spelling, each once, in the system's order. */
  readonly addresses: readonly { readonly address: string; readonly network?: string }[];
  /** When the system says that it changed, ISO 8601. */
  readonly changedAt?: string;
  /** With any, the interface is not to be believed. */
  readonly problems: readonly HostProblem[];
}
