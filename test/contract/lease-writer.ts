// A process that wants the addresses 0–999 of 10.0.0.0/8 as soon as it is told to go, and prints what became of each.
import { once } from "node:events";
import { connectBus } from "@leasehold/bus";
import { grant, put } from "@leasehold/leases/contract";
import { JetStreamLeaseStore } from "@leasehold/leases/nats";

const [name = "w", servers = ""] = process.argv.slice(2);
const bus = await connectBus({ name, servers: servers.split(",") });
const store = new JetStreamLeaseStore(bus, { deadlineMs: 20_000, attemptMs: 5000 });
process.stdout.write("ready\n");
await once(process.stdin, "data");
for (let from = 0; from < 1000; from += 20) {
  const wants = Array.from({ length: 20 }, (_, i) => put(store, grant(from + i, `${name}-${from + i}`)));
  for (const result of await Promise.all(wants)) process.stdout.write(`${result.kind}\n`);
}
await bus.close();
process.stdin.destroy();
