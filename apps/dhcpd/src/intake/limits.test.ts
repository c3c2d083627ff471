import {
  type EncodedOption,
  encodeRelayAgent,
  MessageType,
  type Packet,
  parseIpv4,
  RelaySubOption,
} from "@leasehold/protocol";
import { expect, test } from "vitest";
import { clientMessage, type } from "../../test/client-message.ts";
import { Backlog, RateLimiter, relayPortOf } from "./limits.ts";

const text = (value: string) => Uint8Array.from(Buffer.from(value));
const relayed = (giaddr: string, port?: string): Packet => {
  const agent = port && encodeRelayAgent(new Map([[RelaySubOption.circuitId, text(port)]]));
  const options: EncodedOption[] = agent ? [type(1), [82, agent]] : [type(1)];
  return clientMessage({ giaddr: parseIpv4(giaddr)! }, options);
};
const onLink = clientMessage({}, [type(1)]);

test("a client may send its packets at once, then as many as time brings back", () => {
  const limiter = new RateLimiter({ client: { packets: 2, perSeconds: 10 } });
  const at = (now: number) => limiter.refusal("a", onLink, now);
  expect([at(0), at(0), at(0)]).toEqual([undefined, undefined, "client-rate"]);
  expect([at(4999), at(5000), at(5001)]).toEqual(["client-rate", undefined, "client-rate"]);
  // Never more than `packets`, however long it was quiet.
  expect([at(1e9), at(1e9), at(1e9)]).toEqual([undefined, undefined, "client-rate"]);
});

test("clients, relay ports and all together are limited each by itself, and it is said which", () => {
  const limiter = new RateLimiter({
    client: { packets: 2, perSeconds: 1 },
    relayPort: { packets: 3, perSeconds: 1 },
    total: { packets: 5, perSeconds: 1 },
  });
  const [p1, p2] = [relayed("10.9.0.1", "ge-1"), relayed("10.9.0.1", "ge-2")];
  const heard = (client: string, packet: Packet) => limiter.refusal(client, packet, 0);
  expect([heard("a", p1), heard("a", p1), heard("a", p1)]).toEqual([undefined, undefined, "client-rate"]);
  expect([heard("b", p1), heard("b", p1)]).toEqual([undefined, "relay-port-rate"]);
  expect([heard("b", p2), heard("c", onLink), heard("d", onLink)]).toEqual([
    undefined,
    undefined,
    "total-rate",
  ]);
});

test("a refused packet takes nothing from the others' share", () => {
  const limiter = new RateLimiter({
    client: { packets: 1, perSeconds: 1 },
    total: { packets: 2, perSeconds: 1 },
  });
  for (let i = 0; i < 100; i++) limiter.refusal("loud", onLink, 0);
  expect(limiter.refusal("quiet", onLink, 0)).toBeUndefined();
});

test("a port of a relay is its address with circuit-id and remote-id; on the link there is none", () => {
  expect(relayPortOf(relayed("10.9.0.1", "ge-1"))).toBe("10.9.0.1/67652d31/");
  expect(relayPortOf(relayed("10.9.0.1"))).toBe("10.9.0.1");
  expect(relayPortOf(onLink)).toBeUndefined();
});

test("without limits nothing is refused and nothing remembered", () => {
  const limiter = new RateLimiter({});
  for (let i = 0; i < 1000; i++) expect(limiter.refusal("a", onLink, 0)).toBeUndefined();
  expect(limiter.remembered).toBe(0);
});

test("memory is bounded: who was not heard for longest is forgotten, who is heard is not", () => {
  const limiter = new RateLimiter({ client: { packets: 1, perSeconds: 1000 } }, 100);
  expect(limiter.refusal("loud", onLink, 0)).toBeUndefined();
  for (let i = 0; i < 10_000; i++) {
    limiter.refusal(`client ${i}`, onLink, 0);
    if (i % 20 === 0) expect(limiter.refusal("loud", onLink, 0)).toBe("client-rate");
  }
  expect(limiter.remembered).toBeLessThanOrEqual(100);
  expect(limiter.refusal("client 1", onLink, 0)).toBeUndefined();
});

test("a new document changes the limits; those that stay go on counting", () => {
  const client = { packets: 1, perSeconds: 10 };
  const limiter = new RateLimiter({ client });
  limiter.refusal("a", onLink, 0);
  limiter.change({ client: { ...client }, total: { packets: 9, perSeconds: 1 } });
  expect(limiter.refusal("a", onLink, 0)).toBe("client-rate");
  limiter.change({ client: { packets: 2, perSeconds: 10 } });
  expect(limiter.refusal("a", onLink, 0)).toBeUndefined();
  limiter.change({});
  expect(limiter.refusal("a", onLink, 0)).toBeUndefined();
});

test("a clock that goes back brings nothing", () => {
  const limiter = new RateLimiter({ total: { packets: 1, perSeconds: 1 } });
  expect(limiter.refusal("a", onLink, 5000)).toBeUndefined();
  expect(limiter.refusal("a", onLink, 1000)).toBe("total-rate");
});

const [prompt, electing] = [() => true, () => false];
const { DISCOVER, REQUEST } = MessageType;

test("DISCOVERs are shed before REQUESTs, and both are bounded", () => {
  const backlog = new Backlog();
  const isFull = (type: number, pending: number) => backlog.isFullFor(type, pending, prompt, 0);
  expect([isFull(DISCOVER, 2000), isFull(DISCOVER, 2001)]).toEqual([false, true]);
  expect([isFull(REQUEST, 10_000), isFull(REQUEST, 10_001)]).toEqual([false, true]);
});

test("while a leader is elected more DISCOVERs are answered, and for as long after as it takes to work that off", () => {
  const backlog = new Backlog();
  expect(backlog.isFullFor(DISCOVER, 8000, electing, 1000)).toBe(false);
  expect(backlog.isFullFor(DISCOVER, 8001, electing, 1000)).toBe(true);
  expect(backlog.isFullFor(REQUEST, 10_001, electing, 1000)).toBe(true);
  expect(backlog.isFullFor(DISCOVER, 2000, prompt, 2000)).toBe(false);
  expect(backlog.isFullFor(DISCOVER, 5000, prompt, 5999)).toBe(false);
  expect(backlog.isFullFor(DISCOVER, 2001, prompt, 6000)).toBe(true);
});
