// On real sockets of the loopback interface: what is put leaves as the datagrams that `sendto` would have made of it.
import { parseIpv4 } from "@leasehold/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { freePort } from "../test/udp-ports.ts";
import { DatagramBatch } from "./datagram-batch.ts";
import { Libc } from "./libc.ts";
import { ReplyBatch } from "./reply-batch.ts";

const LOOPBACK = parseIpv4("127.0.0.1")!;
const libc = new Libc();
let sender: { readonly fd: number };
let other: { readonly fd: number };
let relays: { readonly fd: number; readonly port: number }[];
let batch: ReplyBatch<{ readonly fd: number }>;
let notSent: [first: number, length: number, port: number][];

const open = (port: number) => ({ fd: libc.udpOnDevice("lo", "127.0.0.1", port, 1 << 20), port });

beforeEach(async () => {
  relays = [open(await freePort()), open(await freePort())];
  sender = open(await freePort());
  other = open(await freePort());
  notSent = [];
  batch = new ReplyBatch((_, payload, __, port) => notSent.push([payload[0]!, payload.length, port]));
});

afterEach(() => {
  for (const { fd } of [...relays, sender, other]) libc.close(fd);
});

function put(number: number, length: number, port: number, via = sender): boolean {
  return batch.put(via, Buffer.alloc(length, number), LOOPBACK, port);
}

function received(relay: number): [number: number, length: number][] {
  const taken: [number, number][] = [];
  new DatagramBatch().drain(relays[relay]!.fd, 10_000, (bytes) => {
    expect(bytes.every((octet) => octet === bytes[0])).toBe(true);
    taken.push([bytes[0]!, bytes.length]);
  });
  return taken;
}

const numbered = (count: number, length: number) =>
  Array.from({ length: count }, (_, number): [number, number] => [number, length]);

test("nothing leaves before the flush, and only the first asks for one", () => {
  const { port } = relays[0]!;
  expect([put(0, 300, port), put(1, 300, port)]).toEqual([true, false]);
  expect(received(0)).toEqual([]);
  batch.flush();
  expect(received(0)).toEqual(numbered(2, 300));
  expect(put(0, 300, port)).toBe(true);
});

test("more than one message may have, and more than one batch holds, all arrive in their order", () => {
  for (let number = 0; number < 250; number++) put(number, 300, relays[0]!.port);
  batch.flush();
  expect(received(0)).toEqual(numbered(250, 300));
  for (let number = 0; number < 200; number++) put(number, 1300, relays[0]!.port);
  batch.flush();
  expect(received(0)).toEqual(numbered(200, 1300));
  expect(notSent).toEqual([]);
});

test("each relay gets its own, of whatever length, those of one length in their order", () => {
  for (let number = 0; number < 60; number++) put(number, 300 + (number % 3), relays[number % 2]!.port);
  batch.flush();
  for (const relay of [0, 1]) {
    const taken = received(relay);
    expect(taken).toHaveLength(30);
    for (const rest of [0, 1, 2]) {
      const numbers = taken.filter(([, length]) => length === 300 + rest).map(([number]) => number);
      const wanted = numbered(60, 0).map(([number]) => number);
      expect(numbers).toEqual(wanted.filter((number) => number % 2 === relay && number % 3 === rest));
    }
  }
});

test("what leaves by another socket, or would not fit a frame, leaves too", () => {
  put(1, 300, relays[0]!.port);
  put(2, 300, relays[0]!.port, other);
  put(3, 1472, relays[0]!.port, other);
  put(4, 1472, relays[0]!.port, other);
  batch.flush();
  expect(received(0)).toEqual([
    [1, 300],
    [2, 300],
    [3, 1472],
    [4, 1472],
  ]);
});

test("what the kernel refuses is told, and what is behind it is sent", () => {
  put(1, 300, relays[0]!.port);
  put(2, 300, 0);
  put(3, 300, 0);
  put(4, 300, relays[1]!.port);
  batch.flush();
  expect(notSent).toEqual([
    [2, 300, 0],
    [3, 300, 0],
  ]);
  expect([received(0), received(1)]).toEqual([[[1, 300]], [[4, 300]]]);
});
