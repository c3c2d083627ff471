// Runs on a host of the lab, for udp-port.ts: a UDP socket there, whose datagrams are lines on stdin and stdout.
//   stdin:  <address> <port> <hex>            sends
//   stdout: <address> <port> <ms> <hex>       was received; the first line says "open"
import { createSocket } from "node:dgram";
import { createInterface } from "node:readline";

// Beside one that hears for all, another one may send from an address of its own: by the interface that has it, also what is for all.
const [address, port] = process.argv.slice(2);
const socket = createSocket({ type: "udp4", recvBufferSize: 1 << 22, reuseAddr: true });
socket.on("message", (bytes, from) => {
  const at = performance.timeOrigin + performance.now();
  process.stdout.write(`${from.address} ${from.port} ${at.toFixed(3)} ${bytes.toString("hex")}\n`);
});
socket.bind(Number(port), address, () => {
  socket.setBroadcast(true);
  process.stdout.write("open\n");
});
const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const [to, toPort, hex] = line.split(" ");
  socket.send(Buffer.from(hex!, "hex"), Number(toPort), to!);
});
lines.on("close", () => process.exit(0));
