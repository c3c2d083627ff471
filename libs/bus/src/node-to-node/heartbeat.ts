// Heartbeats between processes: core NATS, at most once, on `dhcp.node.<node>`, and of boot servers on `dhcp.boot.<node>`: what a process
// may say is a matter of its account (docs/adr/0024), so that none can speak as one of another role.

import { Wrong } from "../connection/bad-message.ts";
import type { Bus } from "../connection/connection.ts";
import { jsonMessage, listen, readJsonMessage, type Subject } from "./message.ts";

const PREFIXES = { nodes: "dhcp.node", bootServers: "dhcp.boot" } as const;
/** Whose heartbeats. */
export type Beating = keyof typeof PREFIXES;

/** Tells the others about this process. Lost when not connected: then no process could receive it. */
export function beat(bus: Bus, node: string, state: unknown, of: Beating = "nodes"): void {
  if (bus.connected) bus.nc.publish(`${PREFIXES[of]}.${node}`, jsonMessage(state));
}

/** What is received on the subject. */
export function beatSubject<State>(
  read: (node: string, value: unknown) => State | Wrong,
  of: Beating = "nodes",
): Subject<State> {
  return {
    kind: "heartbeat",
    prefix: PREFIXES[of],
    node: "*",
    read: (data, node) => {
      const message = readJsonMessage(data);
      return message instanceof Wrong ? message : read(node, message.json);
    },
  };
}

/** Calls back for every heartbeat received, our own too. */
export function onBeat<State>(
  bus: Bus,
  read: (node: string, value: unknown) => State | Wrong,
  callback: (node: string, state: State) => void,
  of: Beating = "nodes",
): void {
  listen(bus, beatSubject(read, of), (state, _message, node) => callback(node, state));
}
