// A small world in which everything that can happen is tried: one address, two clients, two nodes, a store. Times are ticks of
// ten seconds. A state is plain data, so that one that was met before is known again.

export const CLIENTS = 2;
export const NODES = 2;
export const TICK_MS = 10_000;
/** The second node's clock is ahead by so much. */
export const SKEW_MS = 5000;

export interface StoredEvent {
  readonly type: "LeaseGranted" | "LeaseRenewed" | "LeaseReleased" | "AddressDeclined" | "AddressOffered";
  readonly client: number;
  readonly xid: number;
  readonly heldMs: number;
  readonly atMs: number;
}

export interface Client {
  /** How often it has started; its exchanges are told apart by it. */
  readonly turn: number;
  /** The exchange whose ACK it waits for; 0: none. */
  readonly waitsFor: number;
  /** Until when it uses the address, ms; 0: it does not. */
  readonly until: number;
}

/** A write on its way to the store. */
export interface Write {
  readonly node: number;
  readonly expected: number;
  readonly event: Omit<StoredEvent, "atMs">;
  /** What the client is told when it is stored; 0: nothing. */
  readonly tellsMs: number;
}

export interface State {
  readonly tick: number;
  readonly log: readonly StoredEvent[];
  /** How much of the log each node has seen. */
  readonly seen: readonly number[];
  readonly clients: readonly Client[];
  readonly writes: readonly Write[];
  readonly hasLeader: boolean;
}

export const START: State = {
  tick: 0,
  log: [],
  seen: [0, 0],
  clients: [
    { turn: 0, waitsFor: 0, until: 0 },
    { turn: 0, waitsFor: 0, until: 0 },
  ],
  writes: [],
  hasLeader: true,
};

export function replaced<T>(list: readonly T[], index: number, value: T): T[] {
  return list.map((each, i) => (i === index ? value : each));
}
