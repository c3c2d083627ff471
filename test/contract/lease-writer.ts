// A process that wants fifty addresses of 10.0.0.0/8 each time it reads a line, and prints what became of them in one line.
import { createInterface } from "node:readline";
import { connectBus } from "@leasehold/bus";
import { JetStreamLeaseStore } from "@leasehold/lease-store";
import { grant, put } from "@leasehold/lease-store/contract";

const [name = "w", servers = ""] = process.argv.slice(2);
const bus = await connectBus({ name, servers: servers.split(",") });
const store = new JetStreamLeaseStore(bus, { deadlineMs: 20_000, attemptMs: 5000 });
process.stdout.write("ready\n");
for await (const line of createInterface({ input: process.stdin })) {
  const first = Number(line);
  const wants = Array.from({ length: 50 }, (_, i) => put(store, grant(first + i, `${name}-${first + i}`)));
  process.stdout.write(`${(await Promise.all(wants)).map(({ kind }) => kind).join(" ")}\n`);
}
await bus.close();
