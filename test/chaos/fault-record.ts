import type { Mac } from "@leasehold/protocol";

/** One fault as it was: judges and the report read it. Times in ms since the epoch. */
export interface FaultRecord {
  readonly name: string;
  /** The node or nodes that it struck. */
  readonly where: string;
  /** No majority of the store's servers could agree, between `struckAt` and `to`. */
  readonly costsQuorum: boolean;
  readonly from: number;
  /** When all of it had been done. */
  readonly struckAt: number;
  /** When its end began. */
  readonly to: number;
  /** When all nodes were ready, and knew what any of them knew. */
  readonly servingAt: number;
  /** When the store took writes again, by the word of each node: what was over sooner may have brought an election. */
  readonly calmAt: number;
  /** It was an interface that one node serves. */
  readonly link?: LinkStory;
}

/** What became of the interface. */
export interface LinkStory {
  readonly interfaceName: string;
  /** Of the interface, before and after. */
  readonly macs: Set<Mac>;
  /** When the node and all others had said what had happened, ms after it; undefined: not within the bound. */
  toldMs: number | undefined;
  /** When all of its end had been done. */
  backAt: number;
  /** When all had said that it is up, ms after that; undefined: not within the bound. */
  upMs: number | undefined;
}
