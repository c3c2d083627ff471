// The demo, scene by scene; each one tells what it does and holds Leasehold to what it promises.
import { formatIpv4, type Mac, MessageType } from "@leasehold/protocol";
import { Relay } from "../lab/relay.ts";
import { until } from "../lab/shell.ts";
import { doubleBindings, grantsOf } from "../lab/wire.ts";
import { aMachineBoots } from "./boot-scene.ts";
import { duration, promise, say, scene } from "./say.ts";
import type { Stage } from "./stage.ts";

/** In this order; a scene may build on those before it. */
export const scenes: readonly ((stage: Stage) => Promise<void>)[] = [
  theCluster,
  aDozenMachinesBoot,
  aHostAppears,
  aNodeDies,
  theNodeComesBack,
  aMachineBoots,
  whatTheWireSaw,
];

async function theCluster({ lab }: Stage): Promise<void> {
  scene(
    "Three DHCP servers, all active, on one Ethernet. A lease is on two disks before the client gets its ACK.",
  );
  for (const { name, address } of lab.nodes) say(`  ${name}  ${address}  dhcpd, bootd and nats-server`);
  say(
    "  s1  10.77.0.20  the syncer, and a stand-in for OpenCHAMI's SMD that knows five machines: c1 to c4, and one that boots later",
  );
}

async function aDozenMachinesBoot(stage: Stage): Promise<void> {
  const hosts = stage.lab.clients.slice(0, 12).map(({ name }) => name);
  const booting = hosts.map((host) => stage.boot(host));
  const programs = new Set(Array.from(stage.clients.values(), ({ program }) => program.name));
  scene(
    `Twelve machines are switched on at once, with ${[...programs].join(", ")}. SMD knows the first four.`,
  );
  const leases = await Promise.all(booting);
  for (const [i, host] of hosts.entries()) stage.tell(host, leases[i]!);
  promise(new Set(leases.map(({ address }) => address)).size === 12, "twelve machines have twelve addresses");
  promise(
    leases.slice(0, 4).every(({ address }, i) => address === `10.77.1.${i + 1}`),
    "the four that SMD knows have the addresses that it names, the others come from one pool",
  );
  const answering = new Set(leases.map((lease) => stage.nodeOf(lease)));
  promise(answering.size === 3, `${[...answering].sort().join(", ")} answered, each some of them`);
  await everyNodeAgrees(stage);
}

interface LeaseRow {
  readonly address: string;
  readonly mac: string;
}

/** Each node knows each lease, whichever of them gave it. */
async function everyNodeAgrees(stage: Stage): Promise<void> {
  for (const node of stage.nodesUp) {
    await until(`A check failed: ${node} knows every lease`, 5, async () => {
      const rows = (await stage.lab.api(node, "/api/v1/leases?state=bound")).body as LeaseRow[];
      return [...stage.leases].every(([host, { address }]) =>
        rows.some((row) => row.address === address && row.mac === stage.lab.host(host).mac),
      );
    });
  }
  promise(true, `${stage.nodesUp.join(", ")} have every lease, with the right machine`);
}

async function aHostAppears(stage: Stage): Promise<void> {
  const { lab } = stage;
  scene("c13 is added to SMD, with the address 10.77.1.13. No file is written, no server is restarted.");
  const before = JSON.stringify(lab.processes());
  const mac = lab.host("c13").mac as Mac;
  const relay = await Relay.open(lab);
  const asked = lab.nodes.map(({ name }) => firstOffer(relay, name, mac, "10.77.1.13"));
  await lab.smd("put", "--mac", mac, "--ip", "10.77.1.13", "--xname", "x1000c0s12b0n0", "--nid", "13");
  const changedAt = Date.now();
  const times = await Promise.all(asked);
  await relay.close();
  const { observedAt } = (await lab.api("n1", "/api/v1/hosts/x1000c0s12b0n0")).body as { observedAt: string };
  const seenAt = Date.parse(observedAt);
  say(`  the syncer, which asks SMD once a second, saw it after ${duration((seenAt - changedAt) / 1000)}`);
  const delays = lab.nodes.map(({ name }, i) => `${name} ${duration((times[i]! - seenAt) / 1000)} later`);
  say(`  a relay that keeps asking for c13 is offered 10.77.1.13 by ${delays.join(", ")}`);
  promise(Math.max(...times) - seenAt <= 1000, "all three answer by it within a second");
  const lease = await stage.boot("c13");
  stage.tell("c13", lease);
  promise(lease.address === "10.77.1.13", "the machine itself gets it, too");
  promise(JSON.stringify(lab.processes()) === before, "the same processes run as before");
}

/** When a node first offered a client an address, ms since the epoch. */
function firstOffer(relay: Relay, node: string, mac: Mac, address: string): Promise<number> {
  const what = `A check failed: ${node} answers a new host by what SMD says`;
  return until(
    what,
    15,
    async () => {
      const reply = await relay.discover(node, mac, 200);
      return reply && formatIpv4(reply.packet.yiaddr) === address && reply.at;
    },
    20,
  );
}

async function aNodeDies(stage: Stage): Promise<void> {
  // The one of the three that renews when it is told to; the others wait for half an hour to have passed.
  const [renewing] = stage.hostsWith("udhcpc");
  const node = stage.nodeOf(stage.leases.get(renewing ?? "c12")!);
  const served = stage.hostsServedBy(node);
  scene(`${node} dies: kill -9 of its dhcpd, bootd and nats-server. It had served ${served.join(", ")}.`);
  await stage.lab.kill(node, "all");
  if (renewing) await renews(stage, renewing, node);
  await rebootsWithItsAddress(stage, served.findLast((host) => host !== renewing) ?? "c12");
  const earlier = Array.from(stage.leases.values(), (lease) => lease.address);
  const fresh = await stage.boot("c14");
  stage.tell("c14", fresh);
  promise(!earlier.includes(fresh.address), "c14, which nobody has seen before, has one that nobody has");
}

async function renews(stage: Stage, host: string, deadNode: string): Promise<void> {
  const { address } = stage.leases.get(host)!;
  const { address: now, millis } = await stage.clients.get(host)!.renew(60);
  say(
    `  ${host} renews: ${deadNode} does not answer, it broadcasts, and ${stage.lastGrantBy(host)} does, after ${duration(millis / 1000)} in all`,
  );
  promise(now === address, `${host} keeps ${address}`);
}

async function rebootsWithItsAddress(stage: Stage, host: string): Promise<void> {
  const { address } = stage.leases.get(host)!;
  const lease = await stage.reboot(host);
  stage.tell(host, lease);
  promise(lease.address === address, `${host}, switched off and on, has the address that it had`);
}

async function theNodeComesBack(stage: Stage): Promise<void> {
  const down = stage.lab.nodes.find(({ name }) => !stage.nodesUp.includes(name))!.name;
  scene(`${down} is started again.`);
  const started = performance.now();
  await stage.lab.start(down, "all");
  const took = duration((performance.now() - started) / 1000);
  say(`  it serves again after ${took}, with what it missed`);
  await everyNodeAgrees(stage);
}

async function whatTheWireSaw(stage: Stage): Promise<void> {
  const wire = stage.wire();
  if (wire === undefined) return;
  const grants = grantsOf(wire);
  scene(`A capture of all of it has ${wire.length} DHCP messages, ${grants.length} of them ACKs.`);
  const doubles = doubleBindings(wire).map(({ address }) => formatIpv4(address));
  promise(doubles.length === 0, `no address was given twice${doubles.length > 0 ? ` (${doubles})` : ""}`);
  promise(
    wire.every(({ type }) => type !== MessageType.NAK),
    "nobody was refused",
  );
}
