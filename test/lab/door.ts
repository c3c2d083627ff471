// The lab's doors: services inside the lab, reached from this machine's 127.0.0.1. This program runs on `sw`; the sockets
// on which it listens were opened outside, and are file descriptors 3, 4, 5 … in the order of its arguments.
import { connect, createServer, type Socket } from "node:net";

process.argv.slice(2).forEach((target, index) => {
  const [address, port] = target.split(":");
  createServer({ allowHalfOpen: true }, (outside) => {
    const inside = connect({ host: address!, port: Number(port), allowHalfOpen: true });
    join(outside, inside);
    join(inside, outside);
  }).listen({ fd: 3 + index });
});

function join(from: Socket, to: Socket): void {
  from.pipe(to);
  from.on("error", () => to.destroy());
  from.on("close", () => to.destroySoon());
}
