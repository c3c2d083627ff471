// Heartbeats between nodes: core NATS, at most once, on `dhcp.node.<node>`.

import { Wrong } from "./bad-message.ts";
import type { Bus } from "./connection.ts";
import { jsonMessage, listen, readJsonMessage, type Subject } from "./heard.ts";

const PREFIX = "dhcp.node";

/** Tells the others about this node. Lost when not connected: then nobody could hear it. */
export function beat(bus: Bus, node: string, state: unknown): void {
  if (bus.connected) bus.nc.publish(`${PREFIX}.${node}`, jsonMessage(state));
}

/** What is heard on the subject. */
export function beatSubject<State>(read: (node: string, value: unknown) => State | Wrong): Subject<State> {
  return {
    kind: "heartbeat",
    prefix: PREFIX,
    node: "*",
    read: (data, node) => {
      const message = readJsonMessage(data);
      return message instanceof Wrong ? message : read(node, message.json);
    },
  };
}

/** Calls back for every heartbeat heard, our own too. */
export function onBeat<State>(
  bus: Bus,
  read: (node: string, value: unknown) => State | Wrong,
  callback: (node: string, state: State) => void,
): void {
  listen(bus, beatSubject(read), (state, _message, node) => callback(node, state));
}
