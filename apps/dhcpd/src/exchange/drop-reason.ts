// Why a packet was not even put to a decision. With SilentReason and RefuseReason (libs/leases) these are all the reasons
// for which a client may hear nothing or NAK; each is a metric's label and a debug line (docs/leases.md lists them).
import type { DecodeFailure } from "@leasehold/protocol";
import type { RateRefusal } from "../intake/limits.ts";
import type { LeasequeryDrop } from "../leasequery/leasequery.ts";
import type { BootpRefusal } from "../request/bootp.ts";

export type DropReason =
  | DecodeFailure
  /** It is a reply, or a message that only servers send. */
  | "not-for-servers"
  /** The options do not end with END, and the network document is strict. */
  | "no-end"
  | BootpRefusal
  | LeasequeryDrop
  | RateRefusal
  /** Views are not complete yet, or the node is stopping. */
  | "not-serving"
  /** The node stood still and what it knows may be old; until it has asked the store. */
  | "was-paused"
  /** The node's clock and the stream's differ by more than the guard. */
  | "clock-fenced"
  | "no-subnet-for-link"
  /** giaddr is an address that no relay agent can have: nothing that is sent there reaches one alone. */
  | "giaddr-not-a-host"
  | "no-client-identity"
  /** Another node answers this client. */
  | "another-node-answers"
  /** The same request is being committed. */
  | "already-in-progress"
  | "overloaded"
  /** A mistake of ours; the packet is in the log. */
  | "internal-error"
  /** Committed too late: the client has given up waiting. */
  | "too-late";
