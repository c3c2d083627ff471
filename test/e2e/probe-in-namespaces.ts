// Run by conflict-probe.test.ts inside of namespaces of its own, as their root: probes addresses there and prints, as JSON,
// what was answered. `peer` is a host behind v0; the network behind it is reached through it, as through a relay.
import { execFileSync } from "node:child_process";
import { ConflictProbe, type ProbeAnswer } from "@leasehold/link";
import { type Mac, parseIpv4 } from "@leasehold/protocol";

const WAIT = 200;
const PEER = "02:00:00:00:09:07" as Mac;
const CLIENT = "02:00:00:00:00:01" as Mac;

const ip = (words: string): string => execFileSync("ip", words.split(" "), { encoding: "utf8" });

function connect(): void {
  ip(`link add v0 type veth peer name v1 address ${PEER} netns peer`);
  for (const words of [
    "addr add 10.9.0.1/24 dev v0",
    "link set v0 up",
    "-n peer addr add 10.9.0.7/24 dev v1",
    "-n peer addr replace 10.99.0.5/32 dev lo",
    "-n peer link set lo up",
    "-n peer link set v1 up",
    "route add 10.99.0.0/24 via 10.9.0.7",
  ]) {
    ip(words);
  }
}

const told: string[] = [];
const probe = new ConflictProbe({ tell: (sentence) => told.push(sentence) });
const results: Record<string, unknown> = {};

async function ask(name: string, address: string, interfaceName?: string, clientMac = CLIENT): Promise<void> {
  const since = performance.now();
  const answer: ProbeAnswer = await probe.probe(parseIpv4(address)!, { interfaceName, clientMac }, WAIT);
  results[name] = { answer, hasWaited: performance.now() - since >= WAIT };
}

connect();
await ask("on the link, used", "10.9.0.7", "v0");
await ask("on the link, free", "10.9.0.8", "v0");
await ask("on the link, used by the client itself", "10.9.0.7", "v0", PEER);
results["what the peer has learned"] = ip("-n peer neigh show").trim();
await ask("behind a relay, used", "10.99.0.5");
await ask("behind a relay, free", "10.99.0.6");
await ask("no way there", "192.0.2.1");
await ask("no such interface", "10.9.0.7", "v9");
ip("link del v0");
connect();
await ask("on the link again, after the interface was gone", "10.9.0.7", "v0");
const many = Array.from({ length: 600 }, (_, i) => ask(`many ${i}`, `10.9.0.${i % 2 === 0 ? 7 : 9}`, "v0"));
await Promise.all(many);
const answered = Object.keys(results).filter((name) => name.startsWith("many"));
const counts = Object.groupBy(answered, (name) =>
  JSON.stringify((results[name] as { answer: ProbeAnswer }).answer),
);
results["600 at once"] = Object.fromEntries(
  Object.entries(counts).map(([answer, names]) => [answer, names!.length]),
);
for (const name of answered) delete results[name];
probe.close();
process.stdout.write(JSON.stringify({ ...results, told }));
