// The listener on the loopback interface, with real sockets.
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Ipv4, Packet } from "@leasehold/protocol";
import { afterEach, describe, expect, test } from "vitest";
import { at, lease, query, SERVER, TestWorld } from "../../../test/leasequery.ts";
import { decoded, type Fields, ip } from "../../../test/wire.ts";
import { FrameReader, frameInto } from "../../leasequery/bulk-framing.ts";
import { BulkLeasequeryListener, type BulkLeasequeryParts, BulkListenError } from "./bulk-leasequery.ts";

const HERE = ip("127.0.0.1");
const open: { close(): Promise<void> }[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const listener of open.splice(0)) await listener.close();
});

const world = new TestWorld([lease("10.0.0.10"), lease("10.0.0.11")]);
const large = new TestWorld(Array.from({ length: 20_000 }, (_, n) => lease(`10.4.${n >> 8}.${n & 255}`)));

async function listen(more: Partial<BulkLeasequeryParts> = {}) {
  const events: string[] = [];
  const listener = new BulkLeasequeryListener({
    ...{ world, now: () => at(60), serverIdentifierAt: (local: Ipv4) => (local === HERE ? SERVER : local) },
    ...{ isPeer: (peer: Ipv4) => peer === HERE, isServing: () => true },
    note: (event) => events.push(event.replace("bulk-leasequery-", "")),
    ...more,
  });
  open.push(listener);
  const port = (await listener.listenOn(HERE, 0))!;
  return { listener, port, events };
}

async function dial(port: number): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port });
  sockets.push(socket);
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

function ask(socket: Socket, xid: number, fields: Fields = {}): void {
  const { bytes } = query("BULKLEASEQUERY", { xid, ...fields });
  const into = new Uint8Array(bytes.length + 2);
  frameInto(into, (to) => {
    to.set(bytes);
    return bytes.length;
  });
  socket.write(into);
}

/** The replies up to `ends` of LEASEQUERYDONE. */
async function replies(socket: Socket, ends = 1): Promise<Packet[]> {
  const reader = new FrameReader();
  const found: Packet[] = [];
  for await (const octets of socket.iterator({ destroyOnReturn: false })) {
    reader.push(octets as Uint8Array);
    for (let one = reader.next(); one !== undefined; one = reader.next()) {
      found.push(decoded(one));
      if (found.at(-1)!.messageType === 15) ends--;
    }
    if (ends <= 0) break;
  }
  return found;
}

const statusOf = (reply: Packet | undefined) => reply?.get("statusCode")?.message;

describe("a connection", () => {
  test("a query is answered, and another one on the same connection", async () => {
    const { port, events } = await listen();
    const socket = await dial(port);
    ask(socket, 1);
    const first = await replies(socket);
    expect(first.map(({ messageType }) => messageType)).toEqual([13, 13, 11, 11, 15]);
    expect(first[0]!.get("serverIdentifier")).toBe(SERVER);
    ask(socket, 2);
    expect((await replies(socket)).every(({ xid }) => xid === 2)).toBe(true);
    expect(events).toEqual(["accepted"]);
  });

  test("20,000 leases arrive whole at a requestor that reads slowly, and other work goes on meanwhile", async () => {
    const { port } = await listen({ world: large });
    const socket = await dial(port);
    let turns = 0;
    const other = setInterval(() => turns++, 1);
    ask(socket, 1);
    const reader = new FrameReader();
    const seen = new Set<number>();
    let isDone = false;
    for await (const octets of socket) {
      reader.push(octets as Uint8Array);
      for (let one = reader.next(); one !== undefined; one = reader.next()) {
        const reply = decoded(one);
        isDone = reply.messageType === 15;
        if (!isDone) seen.add(reply.ciaddr);
      }
      if (isDone) break;
      if (seen.size % 16 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    clearInterval(other);
    expect(seen.size).toBe(20_004);
    expect(turns).toBeGreaterThan(10);
  });

  test("what nobody reads is not produced (back-pressure)", async () => {
    let looks = 0;
    const now = () => {
      looks++;
      return at(60);
    };
    const huge = new TestWorld([], world.network);
    for (let n = 0; n < 60_000; n++) huge.learn(lease(`10.${4 + (n >> 16)}.${(n >> 8) & 255}.${n & 255}`));
    const { port } = await listen({ world: huge, now });
    const socket = await dial(port);
    socket.pause();
    ask(socket, 1);
    let before = -1;
    while (looks === 0 || looks !== before) {
      before = looks;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    // Each of them is looked at twice when all are told.
    expect(looks).toBeLessThan(100_000);
  });

  test("the requestor hangs up: so does the server (§8.5)", async () => {
    const { port, listener } = await listen({ world: large });
    const socket = await dial(port);
    ask(socket, 1);
    await once(socket, "data");
    socket.destroy();
    await expect.poll(() => listener.size).toBe(0);
  });
});

describe("who is let in", () => {
  test("nobody but peers", async () => {
    const { port, events } = await listen({ isPeer: () => false });
    const socket = await dial(port);
    await once(socket, "close");
    expect(events).toEqual(["not-authorised"]);
  });

  test("nobody while the node does not know all leases", async () => {
    const { port, events } = await listen({ isServing: () => false });
    await once(await dial(port), "close");
    expect(events).toEqual(["not-serving"]);
  });

  test("no more at once than the limit; a place that gets free is given again (§8.1)", async () => {
    const { port, listener, events } = await listen({ limits: { connectionsMax: 2 } });
    const [first] = [await dial(port), await dial(port)];
    await expect.poll(() => listener.size).toBe(2);
    await once(await dial(port), "close");
    expect(events.at(-1)).toBe("too-many-connections");
    first!.destroy();
    await expect.poll(() => listener.size).toBe(1);
    ask(await dial(port), 1);
    await expect.poll(() => listener.size).toBe(2);
  });

  test("a peer that is taken off the list is told so at its next query", async () => {
    let isPeer = true;
    const { port } = await listen({ isPeer: () => isPeer });
    const socket = await dial(port);
    ask(socket, 1);
    await replies(socket);
    isPeer = false;
    ask(socket, 2);
    expect((await replies(socket)).map(statusOf)).toEqual(["127.0.0.1 may not ask any more."]);
  });
});

describe("the end", () => {
  test("without a query for too long", async () => {
    const { port, events } = await listen({ limits: { idleMs: 50 } });
    const socket = await dial(port);
    socket.resume();
    await once(socket, "close");
    expect(events).toEqual(["accepted", "timed-out"]);
  });

  test("answers that nobody reads for too long", async () => {
    const { port, listener, events } = await listen({ world: large, limits: { idleMs: 100 } });
    const socket = await dial(port);
    socket.pause();
    ask(socket, 1);
    await expect.poll(() => listener.size).toBe(1);
    await expect.poll(() => listener.size, { timeout: 3000 }).toBe(0);
    expect(events).toEqual(["accepted", "timed-out"]);
  });

  test("after the longest time, busy or not", async () => {
    const { port, events } = await listen({ limits: { totalMs: 60 } });
    const socket = await dial(port);
    socket.resume();
    await once(socket, "close");
    expect(events).toEqual(["accepted", "closed-by-us"]);
  });

  test("nonsense", async () => {
    const { port, events } = await listen();
    const socket = await dial(port);
    socket.resume();
    socket.write(Uint8Array.of(0, 3, 1, 2, 3));
    await once(socket, "close");
    expect(events).toEqual(["accepted", "closed-by-us"]);
  });

  test("the server stops: a query that runs is told so (§8.5: QueryTerminated)", async () => {
    const { port, listener } = await listen({ world: large });
    const socket = await dial(port);
    ask(socket, 1);
    await once(socket, "readable");
    const closed = listener.close();
    const all = await replies(socket);
    expect(all.at(-1)!.get("statusCode")).toEqual({ code: 2, message: "The server stops." });
    await closed;
    await expect.poll(() => listener.size).toBe(0);
  });
});

describe("listening", () => {
  test("again on the same address does nothing", async () => {
    const { listener } = await listen();
    expect(await listener.listenOn(HERE, 0)).toBeUndefined();
  });

  test("an address of another machine is tried again, and does not keep the node from closing", async () => {
    const { listener } = await listen({ limits: { retryMs: 5 } });
    expect(await listener.listenOn(ip("192.0.2.1"), 0)).toBeUndefined();
    await new Promise((resolve) => setTimeout(resolve, 30));
    await listener.close();
  });

  test("a port that is taken is an error for people", async () => {
    const { port } = await listen();
    const another = new BulkLeasequeryListener({ ...({} as BulkLeasequeryParts) });
    const failure = another.listenOn(HERE, port);
    await expect(failure).rejects.toThrow(`TCP port ${port} on 127.0.0.1 is in use by another process.`);
    await expect(failure).rejects.toBeInstanceOf(BulkListenError);
  });
});
