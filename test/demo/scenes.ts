// The demo, scene by scene; each one tells what it does and holds Leasehold to what it promises.
import { promise, type Stage, say, scene, until } from "./stage.ts";

interface LeaseRow {
  readonly address: string;
  readonly mac: string;
  readonly node: string;
  readonly state: string;
}

/** In this order; a scene may build on those before it. */
export const scenes: readonly ((stage: Stage) => Promise<void>)[] = [
  theCluster,
  aDozenMachinesBoot,
  aHostAppears,
  aNodeDies,
  theNodeComesBack,
];

async function theCluster(stage: Stage): Promise<void> {
  scene(
    "Three DHCP servers, all active, on one Ethernet. Each lease is a compare-and-swap in JetStream, on three disks.",
  );
  for (const { name, address } of stage.lab.nodes) say(`  ${name}  ${address}  dhcpd and nats-server`);
  say("  s1  10.77.0.20  syncer, reading a stand-in for OpenCHAMI's SMD; it knows four machines, c1 to c4");
}

async function aDozenMachinesBoot(stage: Stage): Promise<void> {
  scene(
    "Twelve machines power on at once, with ISC dhclient, udhcpc and dhcpcd. c1 to c4 are in the inventory.",
  );
  const hosts = stage.lab.clients.slice(0, 12).map(({ name }) => name);
  const leases = await Promise.all(hosts.map((host) => stage.boot(host)));
  for (const [i, host] of hosts.entries()) stage.tell(host, leases[i]!);
  const addresses = new Set(leases.map(({ address }) => address));
  promise(addresses.size === 12, "twelve machines have twelve addresses");
  const reserved = leases.slice(0, 4).map(({ address }) => address);
  promise(
    reserved.join() === "10.77.1.1,10.77.1.2,10.77.1.3,10.77.1.4",
    "the machines of the inventory have the addresses that it names",
  );
  const answering = new Set(leases.map((lease) => stage.nodeOf(lease)));
  say(
    `  answered by ${[...answering].sort().join(", ")}: the nodes share the clients among them, and nobody else's pool was split`,
  );
  await everyNodeAgrees(stage);
}

/** Each node knows each lease, whichever of them gave it. */
async function everyNodeAgrees(stage: Stage): Promise<void> {
  for (const { name } of stage.lab.nodes.filter(({ name }) => isUp(stage, name))) {
    await until(`${name} knows every lease`, 5, async () => {
      const rows = (await stage.lab.api(name, "/api/v1/leases?state=bound")).body as LeaseRow[];
      return [...stage.leases].every(([host, { address }]) =>
        rows.some((row) => row.address === address && row.mac === stage.lab.host(host).mac),
      );
    });
  }
  promise(true, "every node has every lease, with the right machine");
}

function isUp(stage: Stage, node: string): boolean {
  return stage.lab.running()[node]?.dhcpd === true;
}

async function aHostAppears(stage: Stage): Promise<void> {
  scene(
    "Somebody adds a machine to SMD: c13 shall be 10.77.1.13. No server is restarted, no file is written.",
  );
  const before = JSON.stringify(stage.lab.processes());
  const { mac } = stage.lab.host("c13");
  await stage.lab.smd("put", "--mac", mac, "--ip", "10.77.1.13", "--xname", "x1000c0s12b0n0", "--nid", "13");
  const ms = await until("all three nodes know the machine", 10, async () => {
    const answers = stage.lab.nodes.map(({ name }) => stage.lab.api(name, "/api/v1/hosts/x1000c0s12b0n0"));
    return (await Promise.all(answers)).every(({ status }) => status === 200);
  });
  say(
    `  all three nodes know it ${(ms / 1000).toFixed(1)} s after SMD did (the syncer asks SMD once a second)`,
  );
  const lease = await stage.boot("c13");
  stage.tell("c13", lease);
  promise(lease.address === "10.77.1.13", "the new machine has its address");
  promise(JSON.stringify(stage.lab.processes()) === before, "and the same processes run as before");
}

async function aNodeDies(stage: Stage): Promise<void> {
  const [renewing] = hostsWith(stage, "udhcpc");
  const node = stage.nodeOf(stage.leases.get(renewing!)!);
  scene(`${node} dies: kill -9 of its dhcpd and its nats-server. It had served ${renewing}, among others.`);
  await stage.lab.kill(node, "all");
  await renewsItsLease(stage, renewing!);
  const [rebooting] = [...hostsServedBy(stage, node, "dhcpcd"), ...hostsWith(stage, "dhcpcd")];
  await rebootsWithItsLease(stage, rebooting!);
  const fresh = await stage.boot("c14");
  stage.tell("c14", fresh);
  const others = [...stage.leases].filter(([host]) => host !== "c14").map(([, { address }]) => address);
  promise(!others.includes(fresh.address), "a machine that nobody knew gets an address that nobody has");
}

async function renewsItsLease(stage: Stage, host: string): Promise<void> {
  const { address } = stage.leases.get(host)!;
  const renewed = await stage.clients.get(host)!.renew(60);
  say(`  ${host} renews and is answered by a node that lives, after ${(renewed.millis / 1000).toFixed(1)} s`);
  promise(renewed.address === address, `${host} keeps ${address}`);
}

async function rebootsWithItsLease(stage: Stage, host: string): Promise<void> {
  const { address } = stage.leases.get(host)!;
  const lease = await stage.clients.get(host)!.lease(60);
  stage.leases.set(host, lease);
  stage.tell(host, lease);
  promise(lease.address === address, `${host} has rebooted and has ${address} again`);
}

function hostsWith(stage: Stage, program: string): string[] {
  return [...stage.clients].filter(([, client]) => client.program.name === program).map(([host]) => host);
}

function hostsServedBy(stage: Stage, node: string, program: string): string[] {
  return hostsWith(stage, program).filter((host) => stage.nodeOf(stage.leases.get(host)!) === node);
}

async function theNodeComesBack(stage: Stage): Promise<void> {
  const down = stage.lab.nodes.find(({ name }) => !isUp(stage, name))!.name;
  scene(`${down} is started again.`);
  const started = performance.now();
  await stage.lab.start(down, "all");
  say(`  it serves again after ${((performance.now() - started) / 1000).toFixed(1)} s, with what it missed`);
  await everyNodeAgrees(stage);
}
