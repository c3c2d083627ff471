// How many connections the API has at once, and for how long each may keep it waiting: packets are served by the same thread, and
// ten thousand requests that were begun and never sent must not be felt by them.
import type { Server } from "node:http";
import type { Socket } from "node:net";

const CONNECTIONS_MAX = 256;
/** One machine that goes wrong leaves the others their room. */
const CONNECTIONS_OF_ADDRESS_MAX = 64;
const HEAD_MAX_MS = 5_000;
const HANDSHAKE_MAX_MS = 5_000;
const LOOK_EVERY_MS = 1_000;
const HEADERS_MAX = 64;
const REQUESTS_A_CONNECTION = 1_000;

/** For node:http and node:https. Half a minute between two looks, the default, would let a crowd gather and end it all at once. */
export const connectionOptions = {
  ...{ headersTimeout: HEAD_MAX_MS, connectionsCheckingInterval: LOOK_EVERY_MS },
  ...{ handshakeTimeout: HANDSHAKE_MAX_MS, keepAliveTimeout: 10_000 },
} as const;

/** @param onRefused called for each connection that is closed at once. */
export function limitConnections(server: Server, onRefused: () => void): void {
  const ofAddress = new Map<string, number>();
  server.maxConnections = CONNECTIONS_MAX;
  server.maxHeadersCount = HEADERS_MAX;
  server.maxRequestsPerSocket = REQUESTS_A_CONNECTION;
  server.on("drop", onRefused);
  server.on("connection", (socket: Socket) => {
    const address = socket.remoteAddress ?? "";
    const count = (ofAddress.get(address) ?? 0) + 1;
    ofAddress.set(address, count);
    socket.once("close", () => {
      const left = ofAddress.get(address)! - 1;
      if (left === 0) ofAddress.delete(address);
      else ofAddress.set(address, left);
    });
    if (count <= CONNECTIONS_OF_ADDRESS_MAX) return;
    onRefused();
    socket.destroy();
  });
}
