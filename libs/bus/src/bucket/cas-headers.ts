// The headers of a compare-and-swap. Of the client's headers publishing asks for their octets and nothing else; its own class checks
// and copies each name and value, which was a seventh of what a commit costs a node. The store's contract runs against a real
// server, so that an update of the client which asks for more does not pass.
import type { MsgHdrs } from "@nats-io/transport-node";

export interface CasPlace {
  /** The stream sequence of the subject's newest message. */
  readonly expected: number;
  /** Undefined for a write that stands alone. */
  readonly batch: string | undefined;
  /** From 1. */
  readonly sequence: number;
  readonly isLast: boolean;
}

/** RFC-822-like lines after a version line, as NATS has them (nats-architecture-and-design ADR-4); all of it is ASCII. */
export function casHeaders({ expected, batch, sequence, isLast }: CasPlace): MsgHdrs {
  let text = `NATS/1.0\r\nNats-Expected-Last-Subject-Sequence: ${expected}\r\n`;
  if (batch !== undefined) text += `Nats-Batch-Id: ${batch}\r\nNats-Batch-Sequence: ${sequence}\r\n`;
  if (batch !== undefined && isLast) text += "Nats-Batch-Commit: 1\r\n";
  const octets = Buffer.from(`${text}\r\n`, "latin1");
  return { encode: () => octets } as unknown as MsgHdrs;
}
