// What a NATS server of Debian 12 says when one connects to it: enough of the protocol to be asked for its version.
// Runs on a host of the lab: `old-nats.ts <port>`.
import { createServer } from "node:net";

const INFO = {
  server_id: "OLD",
  server_name: "old",
  version: "2.9.10",
  proto: 1,
  host: "0.0.0.0",
  port: Number(process.argv[2]),
  headers: true,
  max_payload: 1048576,
  jetstream: true,
};

createServer((socket) => {
  socket.write(`INFO ${JSON.stringify(INFO)}\r\n`);
  socket.on("error", () => {});
  socket.on("data", (chunk) => {
    if (chunk.toString().includes("PING\r\n")) socket.write("PONG\r\n");
  });
}).listen(INFO.port);
