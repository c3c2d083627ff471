// Runs on a relay host, for change.ts: writes host events as the syncer does, and asks every node all the time until it answers by
// the event.
//   argv: how many hosts, the relay's address, the nodes' addresses, the NATS servers, the admin's password; prints JSON
import { type Bus, connectBus, INVENTORY, putRecord } from "@leasehold/bus";
import { type HostEvent, hostKey } from "@leasehold/inventory";
import { formatIpv4, ipv4, MessageType, parseIpv4 } from "@leasehold/protocol";
import { LoadSocket } from "./load-socket.ts";
import { MessageTemplate, OFFER, typeOf, xidOf, yiaddrOf } from "./message-template.ts";

export interface ChangeTimes {
  /** ms from before the write until the store had it. */
  readonly stored: number[];
  /** ms from before the write until the last node's OFFER was by it: for a host that is new, and for another address of one. */
  readonly added: number[];
  readonly moved: number[];
}

const [count = "0", relay = "", nodeList = "", servers = "", password = ""] = process.argv.slice(2);
const nodes = nodeList.split(",").map((address) => parseIpv4(address)!);
const FIRST = parseIpv4("10.80.0.0")!;
const MOVE_BY = 0x10000;
const ASK_EVERY_MS = 2;
const PATIENCE_MS = 10_000;

const template = new MessageTemplate({ type: MessageType.DISCOVER, giaddr: parseIpv4(relay)! });
let hear: (reply: Buffer) => void = () => {};
const socket = await LoadSocket.open(67, (reply) => hear(reply));

/** Asks until each node has offered the address; answers with the ms since `began`. A node is known by the xid of what it was asked. */
function answeredByAll(client: number, address: number, began: number): Promise<number> {
  const waiting = new Set(nodes.keys());
  const ask = () => {
    for (const node of waiting) socket.send(template.of({ xid: client * 4 + node, client }), nodes[node]!);
  };
  return new Promise((resolve, reject) => {
    const timer = setInterval(ask, ASK_EVERY_MS);
    const giveUp = setTimeout(() => {
      clearInterval(timer);
      reject(new Error(`Not every node offers ${formatIpv4(ipv4(address))} to host ${client}.`));
    }, PATIENCE_MS);
    hear = (reply) => {
      if (typeOf(reply) !== OFFER || yiaddrOf(reply) !== address || xidOf(reply) >> 2 !== client) return;
      waiting.delete(xidOf(reply) & 3);
      if (waiting.size > 0) return;
      clearInterval(timer);
      clearTimeout(giveUp);
      resolve(performance.now() - began);
    };
    ask();
  });
}

async function change(bus: Bus, client: number, address: number, expected: number) {
  const id = `host-${client}`;
  const at = new Date().toISOString();
  const mac = `02:b0:${client
    .toString(16)
    .padStart(8, "0")
    .replace(/(..)(?!$)/g, "$1:")}`;
  const host = { interfaces: [{ mac, addresses: [{ address: formatIpv4(ipv4(address)), since: at }] }] };
  const event: HostEvent = { type: "HostSet", v: 1, id, source: "bench", observedAt: at, host };
  const began = performance.now();
  const answered = answeredByAll(client, address, began);
  const put = await putRecord(bus, INVENTORY, hostKey(id), event, expected);
  if (!put.ok) throw new Error(`Somebody else wrote ${id}.`);
  const stored = performance.now() - began;
  return { stored, answered: await answered, revision: put.revision };
}

const bus = await connectBus({ name: "change", servers: servers.split(","), user: "admin", password });
const times: ChangeTimes = { stored: [], added: [], moved: [] };
for (let client = 1; client <= Number(count); client++) {
  const added = await change(bus, client, FIRST + client, 0);
  const moved = await change(bus, client, FIRST + MOVE_BY + client, added.revision);
  times.stored.push(added.stored, moved.stored);
  times.added.push(added.answered);
  times.moved.push(moved.answered);
}
process.stdout.write(JSON.stringify(times), () => process.exit(0));
