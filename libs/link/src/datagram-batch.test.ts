// On real sockets of the loopback interface: what a batch hands out is what was sent, in its order, and the receiver's own.
import { parseIpv4 } from "@leasehold/protocol";
import { afterEach, beforeEach, expect, test } from "vitest";
import { freePort } from "../test/udp-ports.ts";
import { DatagramBatch } from "./datagram-batch.ts";
import { Libc } from "./libc.ts";

const LOOPBACK = parseIpv4("127.0.0.1")!;
const libc = new Libc();
let receiving: number;
let port: number;
let sourcePort: number;

beforeEach(async () => {
  [port, sourcePort] = [await freePort(), await freePort()];
  receiving = libc.udpOnDevice("lo", "127.0.0.1", port, 1 << 20);
});

afterEach(() => libc.close(receiving));

function send(count: number, size: number): void {
  const fd = libc.udpOnDevice("lo", "127.0.0.1", sourcePort, 1 << 16);
  for (let n = 0; n < count; n++) {
    expect(libc.sendDatagram(fd, Buffer.alloc(size, n), LOOPBACK, port)).toBe(true);
  }
  libc.close(fd);
}

test("hands out all that waits, in order, with the port it came from", () => {
  send(100, 300);
  const taken: [number, number, number][] = [];
  const batch = new DatagramBatch();
  const count = batch.drain(receiving, 1000, (bytes, from) => taken.push([bytes[0]!, bytes.length, from]));
  expect(count).toBe(100);
  expect(taken).toEqual(Array.from({ length: 100 }, (_, n) => [n, 300, sourcePort]));
  expect(batch.drain(receiving, 1000, () => {})).toBe(0);
});

test("stops after as many as wanted, and goes on where it stopped", () => {
  send(100, 50);
  const batch = new DatagramBatch();
  const first: number[] = [];
  const count = batch.drain(receiving, 40, (bytes) => first.push(bytes[0]!));
  expect(count).toBeGreaterThanOrEqual(40);
  expect(count).toBeLessThan(100);
  batch.drain(receiving, 1000, (bytes) => first.push(bytes[0]!));
  expect(first).toEqual(Array.from({ length: 100 }, (_, n) => n));
});

test("octets stay as they are when the next ones are read", () => {
  const batch = new DatagramBatch();
  const kept: Buffer[] = [];
  send(3, 10);
  batch.drain(receiving, 10, (bytes) => kept.push(bytes));
  send(32, 12);
  batch.drain(receiving, 100, () => {});
  expect(kept.map((bytes) => [bytes.length, bytes[0]])).toEqual([
    [10, 0],
    [10, 1],
    [10, 2],
  ]);
});

test("an empty datagram is one, too", () => {
  send(1, 0);
  const lengths: number[] = [];
  expect(new DatagramBatch().drain(receiving, 10, (bytes) => lengths.push(bytes.length))).toBe(1);
  expect(lengths).toEqual([0]);
});
