// Inputs from the field, as they were on the wire: fields that are filled in where they say nothing, and those that are left out.
// Each test has the name of its report. The rules are tested beside the code (apps/dhcpd/src/request/client.test.ts).

import { readFileSync, writeFileSync } from "node:fs";
import { type EncodedOption, formatIpv4, MessageType } from "@leasehold/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { must, until } from "../lab/shell.ts";
import { UdpPort } from "../lab/udp-port.ts";
import { readWire, type WireMessage } from "../lab/wire.ts";
import { ALL, FieldClient, type Fields, octets, serverOf, typeOf, yiaddr } from "./field-client.ts";
import { fileHere, labForTests } from "./lab-for-tests.ts";
import { storedRecord } from "./stored-record.ts";

const EVERYBODY = "ff:ff:ff:ff:ff:ff";
const ELSEWHERE = "192.168.5.5";
const FORMER = "10.77.0.99";
/** Of r1 on the second network. */
const RELAY_THERE = "192.168.50.250";
const NETWORK = fileHere("networks/field-wire.yaml");
const labOf = labForTests("fieldwire", { clients: 1, network: NETWORK });
let capture: string;
let client: UdpPort;
let relay: UdpPort;

beforeAll(async () => {
  const lab = labOf();
  for (const { name } of lab.nodes) await on(name, "ip", "address", "add", second(name), "dev", "eth0");
  await on("r1", "ip", "address", "add", `${RELAY_THERE}/24`, "dev", "eth0");
  capture = await lab.startCapture();
  for (const host of ["c1", "r1"]) await on(host, "ip", "route", "replace", `${ALL}/32`, "dev", "eth0");
  client = await UdpPort.open(lab, "c1", 68);
  relay = await UdpPort.open(lab, "r1", 67);
});
afterAll(() => Promise.all([client, relay].map((port) => port?.close())));

/** As nobody was before, unless it is told which. */
const newClient = (mac?: string) => new FieldClient({ lab: labOf(), capture, port: client }, mac);
const on = (host: string, ...words: string[]) => must([...labOf().onHost(host).argv, ...words]);
/** A node's address on the second network of the link: n1 has 192.168.50.251. */
const second = (node: string) => `192.168.50.25${node.slice(1)}/24`;

/** The client has the address from now on: its replies come by IP. */
async function use(ip: string): Promise<void> {
  await on("c1", "ip", "address", "flush", "dev", "eth0");
  await on("c1", "ip", "address", "add", `${ip}/16`, "dev", "eth0");
  await on("c1", "ip", "route", "replace", `${ALL}/32`, "dev", "eth0");
}

/** A frame to the client's own hardware address: nobody is asked by ARP for an address that it does not have. */
function expectToHardware(reply: WireMessage): void {
  expect([reply.toMac, formatIpv4(reply.target)]).toEqual([reply.client, yiaddr(reply)]);
  expect(reply.packet.ciaddr).toBe(0);
}

function expectToAll(reply: WireMessage): void {
  expect([reply.toMac, formatIpv4(reply.target)]).toEqual([EVERYBODY, ALL]);
}

describe("field report 1: ciaddr of a client that has no address", () => {
  test.each([
    ["the address that it wants again", undefined],
    ["an address of another network", ELSEWHERE],
  ])("%s: OFFER and ACK go to its hardware address, or to all", async (_, stated) => {
    for (const broadcast of [false, true]) {
      const who = newClient();
      const wanted = (await who.lease()).ip;
      const ciaddr = stated ?? wanted;
      const offer = await who.ask("DISCOVER", { ciaddr, requested: wanted, broadcast });
      expect([typeOf(offer), yiaddr(offer)]).toEqual([MessageType.OFFER, wanted]);
      const ack = await who.ask("REQUEST", { ciaddr, requested: wanted, server: serverOf(offer), broadcast });
      expect([typeOf(ack), yiaddr(ack)]).toEqual([MessageType.ACK, wanted]);
      for (const reply of [offer, ack]) (broadcast ? expectToAll : expectToHardware)(reply);
    }
  });
});

describe("field report 2: what a client gives back", () => {
  const becomes = (ip: string, kind: string) =>
    until(`${ip} is ${kind}`, 10, async () => (await storedRecord(labOf(), ip)).type === kind);

  test.each<[string, (ip: string, server: string) => Fields]>([
    ["without option 54", (requested) => ({ requested })],
    ["in ciaddr, with option 54", (ciaddr, server) => ({ ciaddr, server })],
    ["in ciaddr, with option 54 of 0.0.0.0", (ciaddr) => ({ ciaddr, server: "0.0.0.0" })],
  ])("DECLINE %s: it is given to nobody, and somebody else cannot say so", async (_, fields) => {
    const [who, other] = [newClient(), newClient()];
    const { ip, server } = await who.lease();
    client.send(other.message("DECLINE", fields(ip, server)), ALL, 67);
    expect(await other.outcome(/not-the-owner/)).toBe("not-the-owner");
    expect(yiaddr(await who.ask("DISCOVER", { requested: ip }))).toBe(ip);
    client.send(who.message("DECLINE", fields(ip, server)), ALL, 67);
    await becomes(ip, "AddressDeclined");
    expect(yiaddr(await who.ask("DISCOVER", { requested: ip }))).not.toBe(ip);
  });

  test("RELEASE with the address in option 50", async () => {
    const who = newClient();
    const { ip, server } = await who.lease();
    client.send(who.message("RELEASE", { requested: ip, server }), ALL, 67);
    await becomes(ip, "LeaseReleased");
  });
});

describe("field report 4: 0.0.0.0 says nothing", () => {
  const giaddr = () => labOf().host("r1").address!;
  const unnumbered = Buffer.from("010461626364" + "050400000000", "hex");

  test.each<[string, EncodedOption[]]>([
    ["link selection", [[82, unnumbered]]],
    ["option 118", [[118, octets("0.0.0.0")]]],
  ])("%s: giaddr decides", async (_, more) => {
    const offer = await newClient().ask("DISCOVER", { giaddr: giaddr(), more }, relay, nodeAddress());
    expect(yiaddr(offer)).toMatch(/^10\.20\.0\./);
  });

  test("server identifier override: the node names itself", async () => {
    const more: EncodedOption[] = [[82, Buffer.from("0b0400000000", "hex")]];
    const offer = await newClient().ask("DISCOVER", { giaddr: giaddr(), more }, relay, nodeAddress());
    expect(serverOf(offer)).toBe(nodeAddress());
  });

  test("options 50, 51, 54, 57, 12, 55 and 61 that say nothing", async () => {
    const none = new Uint8Array(0);
    const more: EncodedOption[] = [
      [51, Uint8Array.of(0, 0, 0, 0)],
      ...([12, 61] as const).map((code): EncodedOption => [code, none]),
      [57, Uint8Array.of(0, 0)],
    ];
    const who = newClient();
    const offer = await who.ask("DISCOVER", { requested: "0.0.0.0", server: "0.0.0.0", more });
    expect([typeOf(offer), offer.packet.get("ipAddressLeaseTime")]).toEqual([MessageType.OFFER, 3600]);
    expectToHardware(offer);
  });
});

describe("field report 11: REBINDING with option 54", () => {
  test.each([
    ["of a former server", FORMER],
    ["of 0.0.0.0", "0.0.0.0"],
  ])("%s: ACK", async (_, server) => {
    const who = newClient();
    const { ip } = await who.lease();
    await use(ip);
    const ack = await who.ask("REQUEST", { ciaddr: ip, server });
    expect([typeOf(ack), yiaddr(ack), formatIpv4(ack.packet.ciaddr)]).toEqual([MessageType.ACK, ip, ip]);
  });
});

test.each<[string, EncodedOption]>([
  ["82.5", [82, Uint8Array.of(5, 4, 10, 20, 0, 1)]],
  ["118", [118, octets("10.20.0.0")]],
])("field report 12: a client on the link cannot name another subnet by its own %s", async (_, option) => {
  const offer = await newClient().ask("DISCOVER", { more: [option] });
  expect(yiaddr(offer)).toMatch(/^10\.77\./);
  expect(offer.packet.has(118)).toBe(false);
});

test("field report 13: a renewal without option 12 keeps the host name", async () => {
  const who = newClient();
  const { ip } = await who.lease({ more: [[12, Buffer.from("field-13")]] });
  const before = await storedRecord(labOf(), ip);
  await use(ip);
  await who.ask("REQUEST", { ciaddr: ip });
  const record = await storedRecord(labOf(), ip);
  expect(before).toMatchObject({ type: "LeaseGranted", hostname: "field-13" });
  expect(record).toMatchObject({ type: "LeaseRenewed", hostname: "field-13" });
});

describe("C1: a REQUEST that takes an offer", () => {
  test.each<[string, (offer: WireMessage) => Fields]>([
    ["without option 50", (offer) => ({ server: serverOf(offer) })],
    ["with option 50 of 0.0.0.0", (offer) => ({ server: serverOf(offer), requested: "0.0.0.0" })],
    ["without option 54", (offer) => ({ requested: yiaddr(offer) })],
  ])("%s: the address on offer", async (_, fields) => {
    const who = newClient();
    const offer = await who.ask("DISCOVER");
    const ack = await who.ask("REQUEST", fields(offer));
    expect([typeOf(ack), yiaddr(ack)]).toEqual([MessageType.ACK, yiaddr(offer)]);
  });
});

test.each([245, 240])("C5: a BOOTP request of %d octets is answered", async (size) => {
  const reply = await newClient().ask(undefined, { size });
  expect([reply.packet.messageType, yiaddr(reply).slice(0, 6)]).toEqual([undefined, "10.77."]);
});

test.each([
  ["00:00:00:00:00:00", "chaddr is all zeros, and there is no option 61"],
  ["ff:ff:ff:ff:ff:ff", "chaddr is a group address, and there is no option 61"],
])("C7: chaddr %s without option 61: why says the reason", async (mac, reason) => {
  const who = newClient(mac);
  client.send(who.message("DISCOVER"), ALL, 67);
  expect(await who.outcome(/no-client-identity/)).toBe(`no-client-identity: ${reason}`);
  const identified = await who.ask("DISCOVER", {
    more: [[61, Uint8Array.of(0, who.xid & 255, (who.xid >> 8) & 255)]],
  });
  expectToAll(identified);
});

describe("C3: a client in the second subnet of the link", () => {
  const who = () => newClient("02:1e:a5:c3:00:01");
  const ofSecond = /^192\.168\.50\.25[123]$/;
  const expectOfSecond = (reply: WireMessage) => {
    expect(serverOf(reply)).toMatch(ofSecond);
    expect(formatIpv4(reply.source)).toBe(serverOf(reply));
  };

  test("option 54 and the source of OFFER, ACK and NAK are the node's address there", async () => {
    const one = who();
    const offer = await one.ask("DISCOVER");
    expect(yiaddr(offer)).toBe("192.168.50.17");
    const ack = await one.ask("REQUEST", { requested: "192.168.50.17", server: serverOf(offer) });
    const nak = await one.ask("REQUEST", { requested: "192.168.50.99", server: serverOf(offer) });
    expect([ack, nak].map(typeOf)).toEqual([MessageType.ACK, MessageType.NAK]);
    for (const reply of [offer, ack, nak]) expectOfSecond(reply);
  });

  test("a renewal by unicast to it is answered from it, and INFORM", async () => {
    await on("c1", "ip", "address", "add", "192.168.50.17/24", "dev", "eth0");
    const server = second("n2").split("/")[0]!;
    const renewed = await who().ask("REQUEST", { ciaddr: "192.168.50.17" }, client, server);
    expect([typeOf(renewed), serverOf(renewed), formatIpv4(renewed.source)]).toEqual([
      MessageType.ACK,
      server,
      server,
    ]);
    expectOfSecond(await who().ask("INFORM", { ciaddr: "192.168.50.17" }));
  });

  test("a client of the first subnet sees the node's address in the first", async () => {
    const offer = await newClient().ask("DISCOVER");
    expect([serverOf(offer), formatIpv4(offer.source)].join()).toMatch(/^10\.77\.0\.(1\d),10\.77\.0\.\1$/);
  });
});

describe("C3: what reaches the second subnet past a broadcast", () => {
  const there = second("n1").split("/")[0]!;
  const ofRelay = { giaddr: RELAY_THERE };

  test.each([
    ["to it", there],
    ["to the node's first address", undefined],
  ])("a relay agent of that subnet that sends %s: option 54 is the node's address there", async (_, to) => {
    const one = newClient("02:1e:a5:c3:00:03");
    const lease = await one.lease(ofRelay, relay, to ?? nodeAddress());
    expect(lease).toEqual({ ip: "192.168.50.19", server: there });
    expect(one.replies().map(({ source, target }) => [source, target].map(formatIpv4))).toEqual([
      [to ?? nodeAddress(), RELAY_THERE],
    ]);
  });

  test("leasequery of a relay agent of that subnet", async () => {
    const asking = newClient("00:00:00:00:00:00");
    const fields = { ...ofRelay, ciaddr: "192.168.50.19" };
    const answer = await asking.ask("LEASEQUERY", fields, relay, nodeAddress());
    expect([typeOf(answer), serverOf(answer)]).toEqual([MessageType.LEASEACTIVE, there]);
  });

  test("FORCERENEW comes from the address that the client knows as its server", async () => {
    const one = newClient("02:1e:a5:c3:00:02");
    const { ip, server } = await one.lease({ more: [[145, Uint8Array.of(1)]] });
    expect(ip).toBe("192.168.50.18");
    await on("c1", "ip", "address", "add", `${ip}/24`, "dev", "eth0");
    const file = `${labOf().state.directory}/moved.yaml`;
    writeFileSync(file, readFileSync(NETWORK, "utf8").replace("192.168.50.18 }", "192.168.50.28 }"));
    await labOf().leasehold(["apply", "--yes", file]);
    const call = await until("FORCERENEW is on the wire", 15, async () =>
      readWire(capture).find((message) => typeOf(message) === MessageType.FORCERENEW),
    );
    expect([call.target, call.source].map(formatIpv4)).toEqual([ip, server]);
    expect(serverOf(call)).toBe(server);
  });
});

describe("C4: a reserved host whose address another client still holds", () => {
  /** SMD says so, and all nodes know it. */
  async function reserve(mac: string, ip: string): Promise<void> {
    await labOf().smd("put", "--mac", mac, "--ip", ip);
    for (const { name } of labOf().nodes)
      await until(`${name} knows ${mac}`, 20, async () => {
        const { body } = await labOf().api(name, `/api/v1/hosts/${mac}`);
        return JSON.stringify(body).includes(ip);
      });
  }
  const giveBack = (holder: FieldClient, ip: string, server: string, port = client, to = ALL) =>
    port.send(holder.message("RELEASE", { ciaddr: ip, server }), to, 67);

  test("with `pool`: an address of the pool meanwhile, then NAK and its own", async () => {
    const [holder, host] = [newClient(), newClient()];
    const held = await holder.lease();
    await reserve(host.mac, held.ip);
    const meanwhile = await host.lease();
    expect(meanwhile.ip).toMatch(/^10\.77\.1[67]\./);
    expect(meanwhile.ip).not.toBe(held.ip);
    giveBack(holder, held.ip, held.server);
    await until(`${held.ip} is released`, 10, async () => {
      return (await storedRecord(labOf(), held.ip)).type === "LeaseReleased";
    });
    await use(meanwhile.ip);
    expect(typeOf(await host.ask("REQUEST", { ciaddr: meanwhile.ip }))).toBe(MessageType.NAK);
    expect((await host.lease()).ip).toBe(held.ip);
  });

  test("with `wait`: silence, of which `why` says the reason, and its own when it is free", async () => {
    const [holder, host] = [newClient(), newClient()];
    const far = { giaddr: labOf().host("r1").address! };
    const held = await holder.lease(far, relay, nodeAddress());
    await reserve(host.mac, held.ip);
    relay.send(host.message("DISCOVER", far), nodeAddress(), 67);
    expect(await host.outcome(/reserved-address-held/)).toMatch(/^reserved-address-held/);
    expect(host.replies()).toEqual([]);
    giveBack(holder, held.ip, held.server, relay, nodeAddress());
    expect((await host.lease(far, relay, nodeAddress())).ip).toBe(held.ip);
  });
});

const nodeAddress = () => labOf().host("n1").address!;
