// Opens the lab's doors (door.ts): a socket on this machine for each service, handed to a program inside the lab.
import { type AddressInfo, createServer, type Server } from "node:net";
import { entering } from "./host.ts";
import { BOOT_API_PORT, bootDoor, type LabPlan, SMD_PORT } from "./layout.ts";
import { type Process, startDaemon } from "./processes.ts";
import { typescript } from "./service.ts";
import { nodesOf } from "./state.ts";

/** By host, and `smd`: where each is reached from this machine. */
export async function openDoors(
  plan: LabPlan,
  bridge: Process,
  log: string,
): Promise<Record<string, string>> {
  const targets = targetsOf(plan);
  const servers = await Promise.all(targets.map(listen));
  const descriptors = servers.map((server) => (server as Server & { _handle: { fd: number } })._handle.fd);
  const argv = [
    ...entering(bridge),
    ...typescript("test/lab/door.ts"),
    ...targets.map(([, target]) => target),
  ];
  startDaemon(argv, log, {}, descriptors);
  const doors = targets.map(([name], i) => [
    name,
    `http://127.0.0.1:${(servers[i]!.address() as AddressInfo).port}`,
  ]);
  for (const server of servers) server.close(); // Ours; the program inside holds its own.
  return Object.fromEntries(doors);
}

function targetsOf(plan: LabPlan): [name: string, target: string][] {
  const targets = plan.hosts.flatMap(({ name, api }): [string, string][] =>
    api ? [[name, new URL(api).host]] : [],
  );
  const boots = nodesOf(plan).map(({ address, ...host }): [string, string] => [
    bootDoor(host),
    `${address}:${BOOT_API_PORT}`,
  ]);
  const syncer = plan.hosts.find(({ role }) => role === "syncer");
  const rest: [string, string][] = syncer ? [["smd", `${syncer.address}:${SMD_PORT}`]] : [];
  return [...targets, ...boots, ...rest];
}

function listen(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}
