// Messages of every kind of wrongness, on the wire: none costs a node its connection, each is used or told.
import { type BadMessage, type Bus, connectBus, onBeat, onCommitNotice, onQuestion } from "@leasehold/bus";
import { JetStreamLeaseStore } from "@leasehold/lease-store";
import { readQuestion } from "@leasehold/views";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readHeartbeat } from "../../apps/dhcpd/src/cluster/heartbeat.ts";
import { mutateText } from "../fuzz/mutate-text.ts";
import { GOOD } from "../fuzz/outside-corpus.ts";
import { type ShippedNats, startShippedNats } from "../nats/shipped.ts";
import { Random } from "../random.ts";

const COUNT = 50_000;
const SUBJECTS = {
  heartbeat: "dhcp.node.n2",
  "commit-notice": "dhcp.stored.n2",
  "forwarded-batch": "dhcp.commit.n1",
  question: "dhcp.ask.n1",
};

let nats: ShippedNats;
let node: Bus;
let other: Bus;
const bad: BadMessage[] = [];
const states: string[] = [];
let used = 0;

beforeAll(async () => {
  nats = await startShippedNats(1);
  const on = (name: string) =>
    connectBus({
      ...{ name, servers: [...nats.servers], user: "dhcpd", password: nats.passwords.dhcpd },
      onBadMessage: (message) => void bad.push(message),
      onState: (state, detail) => void states.push(`${name} ${state} ${detail}`),
    });
  [node, other] = await Promise.all([on("n1"), on("n2")]);
  onBeat(node, readHeartbeat, () => used++);
  onCommitNotice(
    node,
    "n1",
    () => undefined,
    () => used++,
  );
  onQuestion(node, "n1", readQuestion, () => void used++);
  new JetStreamLeaseStore(node, {}, { self: "n1", publisher: () => "n1", onForwarded: () => used++ });
});
afterAll(async () => {
  await Promise.all([node, other].map((bus) => bus?.close()));
  await nats?.stop();
});

it(`A4: ${COUNT} changed messages on four subjects: the connection stays, and each bad one is told`, async () => {
  const random = new Random(4);
  const kinds = Object.entries(SUBJECTS);
  for (let sent = 0; sent < COUNT; sent++) {
    const [kind, subject] = kinds[sent % kinds.length]!;
    const [good] = GOOD[kind]!;
    other.nc.publish(subject, mutateText(good!, random));
    if (sent % 500 === 499) await other.nc.flush();
  }
  await Promise.all([other.nc.flush(), node.nc.flush()]);
  await expect.poll(() => bad.length + used, { timeout: 60_000 }).toBeGreaterThanOrEqual(COUNT * 0.7);
  await node.nc.flush();
  expect(states).toEqual([]);
  expect([node.connected, node.nc.isClosed()]).toEqual([true, false]);
  expect(bad.filter(({ fault }) => fault !== undefined)).toEqual([]);
  expect(new Set(bad.map(({ kind }) => kind))).toEqual(new Set(Object.keys(SUBJECTS)));
});
