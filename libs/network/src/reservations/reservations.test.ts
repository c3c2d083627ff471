import { encodeRelayAgent } from "@leasehold/protocol";
import { expect, test } from "vitest";
import { clientOf, ip, networkOf, octets } from "../../test/client.ts";

const network = networkOf(`
version: 1
classes: [{ id: switch, match: { vendorClass: { prefix: switch } } }, { id: core, match: { vendorClass: switch-core } }]
subnets:
  - id: lan
    prefix: 10.0.0.0/24
    reservations:
      - { mac: 02-00-00-00-00-01, address: 10.0.0.1, hostname: one, lease: { seconds: 60 } }
      - { clientId: "01:02:ff", address: 10.0.0.2 }
      - { uuid: 4C4C4544-0043-3010-8052-B4C04F4E3132, address: 10.0.0.3 }
      - { circuitId: ge-1, address: 10.0.0.4 }
      - { remoteId: "0x0a0b", address: 10.0.0.5 }
      - { class: switch, address: 10.0.0.6 }
      - { class: core }
  - { id: other, prefix: 10.0.1.0/24 }
`);
const lan = network.subnet("lan")!;

/** The last octet of the address that is reserved for such a client. */
function reserved(...sent: Parameters<typeof clientOf>): number | string | undefined {
  const found = lan.reservationFor(clientOf(...sent));
  return found && (found.address === undefined ? found.id : found.address & 255);
}

const uuid = "00 44454c4c 4300 1030 8052 b4c04f4e3132".replaceAll(" ", "");
const option97 = Uint8Array.from(uuid.match(/../g)!, (pair) => Number.parseInt(pair, 16));
const other = { mac: "02:00:00:00:00:99" };

test("a client is found by each thing that may name it, however it is written", () => {
  expect(reserved()).toBe(1);
  expect(reserved(other)).toBeUndefined();
  expect(reserved({ ...other, options: [[61, Uint8Array.of(1, 2, 255)]] })).toBe(2);
  expect(reserved({ ...other, options: [[97, option97]] })).toBe(3);
  expect(reserved({ ...other, agent: { 1: "ge-1" } })).toBe(4);
  expect(reserved({ ...other, agent: { 1: "ge-2", 2: "\u000a\u000b" } })).toBe(5);
  expect(reserved({ ...other, options: [[60, octets("switch")]] })).toBe(6);
});

test("a client that renews past its relay agent is where it was", () => {
  const agent = encodeRelayAgent(new Map([[1, octets("ge-1")]]));
  expect(reserved(other, { agent })).toBe(4);
  expect(reserved({ ...other, agent: { 1: "ge-2" } }, { agent })).toBeUndefined();
});

test("the surest one counts: hardware address before option 61 before relay before class, the last class first", () => {
  const all = [[60, octets("switch")] as const, [61, Uint8Array.of(1, 2, 255)] as const];
  expect(reserved({ options: all, agent: { 1: "ge-1" } })).toBe(1);
  expect(reserved({ ...other, options: all, agent: { 1: "ge-1" } })).toBe(2);
  expect(reserved({ ...other, options: all.slice(0, 1), agent: { 1: "ge-1" } })).toBe(4);
  expect(reserved({ ...other, options: [[60, octets("switch-core")]] })).toBe("lan/class=core");
});

test("an address knows its reservation, and other subnets know nothing of it", () => {
  expect(lan.reservedAt(ip("10.0.0.1"))).toMatchObject({
    id: "lan/mac=02:00:00:00:00:01",
    address: ip("10.0.0.1"),
    hostname: "one",
    lease: { seconds: 60 },
  });
  expect(lan.reservedAt(ip("10.0.0.9"))).toBeUndefined();
  expect(network.subnet("other")?.reservationFor(clientOf())).toBeUndefined();
  expect(network.subnet("other")?.reservedAt(ip("10.0.0.1"))).toBeUndefined();
});

test("one is found among thousands", () => {
  const lines = Array.from({ length: 5000 }, (_, i) => {
    const tail = [i >> 8, i & 255];
    const mac = `02:00:00:01:${tail.map((octet) => octet.toString(16).padStart(2, "0")).join(":")}`;
    return `      - { mac: "${mac}", address: 10.1.${tail.join(".")} }`;
  }).slice(1);
  const subnet = `  - id: big\n    prefix: 10.1.0.0/16\n    reservations:\n${lines.join("\n")}`;
  const big = networkOf(`version: 1\nsubnets:\n${subnet}`).subnet("big")!;
  const facts = clientOf({ mac: "02:00:00:01:12:34" });
  expect(big.reservationFor(facts)?.address).toBe(ip("10.1.18.52"));
});
