// Heartbeats between nodes: core NATS, at most once, on `dhcp.node.<node>`.
import type { Bus } from "./connection.ts";
import { readJson } from "./records.ts";

const SUBJECT = "dhcp.node";
const encoder = new TextEncoder();

/** Tells the others about this node. Lost when not connected: then nobody could hear it. */
export function beat(bus: Bus, node: string, state: unknown): void {
  if (bus.connected) bus.nc.publish(`${SUBJECT}.${node}`, encoder.encode(JSON.stringify(state)));
}

/** Calls back for every heartbeat heard, our own too. */
export function onBeat(bus: Bus, callback: (node: string, state: unknown) => void): void {
  bus.nc.subscribe(`${SUBJECT}.*`, {
    callback: (error, message) => {
      if (!error) callback(message.subject.slice(SUBJECT.length + 1), readJson(message.data));
    },
  });
}
