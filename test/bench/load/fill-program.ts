// Runs on a node's host, for scale.ts: puts leases into the store as nodes would have, each to a client of its own.
//   argv: how many, then the NATS servers and the admin's password; prints how long it took, ms
import { connectBus, LEASES, publishCas, subjectOf } from "@leasehold/bus";
import { encodeLeaseEvent, leaseKey } from "@leasehold/leases";
import { clientIdOfHardware, type Ipv4, ipv4, macFromBytes, parseIpv4 } from "@leasehold/protocol";

const [count = "0", servers = "", password = ""] = process.argv.slice(2);
const FIRST = parseIpv4("10.80.0.0")!;
/** Of the pool's 2^21 addresses, each once, and scattered as those are that nodes choose by a hash of the client. */
const POOL_MASK = 0x1fffff;
const BATCH = 400;
const IN_FLIGHT = 4;
const PATIENCE_MS = 30_000;
const HOUR = 3600;

const bus = await connectBus({ name: "fill", servers: servers.split(","), user: "admin", password });
const began = performance.now();
let next = 0;

async function fill(): Promise<void> {
  while (next < Number(count)) {
    const from = next;
    next = Math.min(Number(count), next + BATCH);
    const writes = Array.from({ length: next - from }, (_, i) => write(from + i));
    const outcome = await publishCas(bus, writes, PATIENCE_MS);
    if (outcome.kind !== "stored") throw new Error(`A batch was not stored: ${JSON.stringify(outcome)}`);
  }
}

function write(index: number) {
  const address: Ipv4 = ipv4(FIRST + scattered(index));
  const chaddr = Buffer.alloc(6);
  chaddr.writeUInt16BE(0x02f1);
  chaddr.writeUInt32BE(index, 2);
  const data = encodeLeaseEvent({
    type: "LeaseGranted",
    v: 1,
    address: leaseKey(address),
    client: clientIdOfHardware(1, chaddr),
    mac: macFromBytes(chaddr),
    subnet: "bench",
    seconds: HOUR,
    heldSeconds: 2 * HOUR,
    relay: { giaddr: "10.77.0.250" },
    xid: index,
    node: "n1",
    network: 1,
    inventory: 0,
    intent: `n1-${index}`,
  });
  return { subject: subjectOf(LEASES, leaseKey(address)), data, expected: 0 };
}

function scattered(index: number): number {
  let mixed = Math.imul(index ^ (index >> 7), 0x9e3779b1) & POOL_MASK;
  mixed = Math.imul(mixed ^ (mixed >> 11), 0x85ebca6b) & POOL_MASK;
  return mixed ^ (mixed >> 13);
}

await Promise.all(Array.from({ length: IN_FLIGHT }, fill));
process.stdout.write(`${Math.round(performance.now() - began)}\n`);
await bus.close();
